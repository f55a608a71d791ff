package signature

import (
	"net/http"
	"strings"
)

// discordHandshake answers Discord's PINGs: of webhook events with 204, of interactions with a PONG. Discord signs some of
// them wrongly on purpose and wants 401 for those, so without the public key there is no answer.
func discordHandshake(r Request, secrets []Secret) (Answer, bool) {
	kind := pick(r.Body, "type")
	isEvents := kind == "0"
	if !strings.EqualFold(r.Method, http.MethodPost) || !isEvents && (kind != "1" || hasMember(r.Body, "event")) {
		return Answer{}, false
	}
	a := jsonAnswer(`{"type":1}`)
	if isEvents {
		a.Status, a.Body = http.StatusNoContent, ""
	}
	switch res := Lookup("discord").Verify(r, secrets); {
	case res.Verdict == Valid:
	case res.Verdict == Invalid && !res.Test:
		a = textAnswer("invalid request signature")
		a.Status = http.StatusUnauthorized
	default: // only the app may know the key
		return Answer{}, false
	}
	a.Asks = "Discord's PING"
	return a, true
}

func hasMember(doc []byte, name string) bool {
	s := jsonScanner{doc: doc[:min(len(doc), maxScan)]}
	return s.enter(name)
}

// discordMeta tells webhook events, which are named, from interactions, which are numbered.
func discordMeta(r Request) Meta {
	account := pick(r.Body, "application_id")
	if hasMember(r.Body, "event") {
		return Meta{EventType: pick(r.Body, "event", "type"), Account: account}
	}
	m := Meta{ID: pick(r.Body, "id"), Account: pick(r.Body, "guild_id")}
	if m.Account == "" {
		m.Account = account
	}
	switch pick(r.Body, "type") {
	case "0", "1":
		m.EventType = "PING"
	case "2":
		m.EventType = "APPLICATION_COMMAND"
	case "3":
		m.EventType = "MESSAGE_COMPONENT"
	case "4":
		m.EventType = "APPLICATION_COMMAND_AUTOCOMPLETE"
	case "5":
		m.EventType = "MODAL_SUBMIT"
	}
	return m
}
