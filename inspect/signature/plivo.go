package signature

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// plivoScheme signs the URL and, since version 3, the form, with a nonce behind them.
//
// https://www.plivo.com/docs/voice/concepts/signature-validation
type plivoScheme struct{ hmacScheme }

func (s *plivoScheme) signsURL() bool { return true }

func (s *plivoScheme) sign(r *Request, secret string, at time.Time) error {
	if r.URL == "" {
		return errors.New("the URL is signed, and there is none")
	}
	return s.hmacScheme.sign(r, secret, at)
}

func plivoToken() secretForm { return secretForm{alphabet: alphanumeric, length: 40} }

// plivoV3 is signed with a subaccount's token, and in a header of its own, with the main account's.
func plivoV3() scheme {
	return &plivoScheme{hmacScheme{
		carrier: headers{
			signature: "X-Plivo-Signature-V3", separator: ",", more: []string{"X-Plivo-Signature-Ma-V3"}, id: "X-Plivo-Signature-V3-Nonce",
		},
		digest: withSHA256(), encoding: inBase64(), secret: plivoToken(),
		signs: slices.Concat(computes("url, its query and form sorted", plivoText), signs(".{id}")),
	}}
}

func plivoV2() scheme {
	return &plivoScheme{hmacScheme{
		carrier: headers{signature: "X-Plivo-Signature-V2", id: "X-Plivo-Signature-V2-Nonce"},
		digest:  withSHA256(), encoding: inBase64(), secret: plivoToken(),
		signs: slices.Concat(computes("url without its query", plivoOldText), signs("{id}")),
	}}
}

func plivoText(r Request, _ claims) []byte {
	u := splitURL(r.URL)
	query, fields := sortedPairs(u.query, "=", "&"), ""
	if strings.EqualFold(r.Method, "POST") && isForm(r.Header) {
		fields = sortedPairs(string(r.Body), "", "")
	}
	u.asked, u.query = false, ""
	text := u.String()
	if query != "" || fields != "" {
		text += "?" + query
	}
	if query != "" && fields != "" {
		text += "."
	}
	return []byte(text + fields)
}

func plivoOldText(r Request, _ claims) []byte {
	u := splitURL(r.URL)
	u.asked, u.query = false, ""
	return []byte(u.String())
}

// sortedPairs are the parameters of a query or form, decoded, sorted by name and then by value. It is empty if there are
// more than maxParameters.
func sortedPairs(form, equals, and string) string {
	var all []parameter
	for pair := range strings.SplitSeq(form, "&") {
		if pair == "" {
			continue
		}
		if len(all) == maxParameters {
			return ""
		}
		all = append(all, parameterOf(pair))
	}
	slices.SortFunc(all, func(a, b parameter) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	var text strings.Builder
	for i, p := range all {
		if i > 0 {
			text.WriteString(and)
		}
		text.WriteString(p.name + equals + p.value)
	}
	return text.String()
}

// plivoMeta names an event after its product and status, as a message and a call keep their ids.
func plivoMeta(r Request) Meta {
	field := func(name string) string { return formValue(r.Body, name) }
	m := Meta{Account: field("ParentAuthID")}
	switch message, call := field("MessageUUID"), field("CallUUID"); {
	case message != "":
		m.EventType, m.ID = "message."+cmp.Or(field("Status"), "received"), message
	case call != "":
		m.EventType, m.ID = "call."+cmp.Or(field("CallStatus"), field("Event")), call
	default:
		return m
	}
	_, status, _ := strings.Cut(m.EventType, ".")
	m.ID += ":" + status
	return short(m)
}
