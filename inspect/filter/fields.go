package filter

import (
	"time"

	"github.com/expr-lang/expr/types"

	"github.com/seed-4575fdc3/hook/inspect"
)

// The kinds of values.
const (
	kindBool     = "true or false"
	kindText     = "text"
	kindNumber   = "number"
	kindTime     = "time"
	kindDuration = "duration"
	kindList     = "list"
	kindObject   = "object"
	kindAny      = "anything"
)

// article is each kind in a sentence.
var article = map[string]string{
	kindBool: "true or false", kindText: "a text", kindNumber: "a number", kindTime: "a time", kindDuration: "a duration",
	kindList: "a list", kindObject: "an object", kindAny: "anything",
}

// A Field is something that expressions speak of.
type Field struct {
	Name  string
	Kind  string // "text", "number", "true or false", "time", "duration", "object" or "anything"
	Doc   string // a line
	Whole bool   // a summary does not have it

	nature types.Type
	of     func(*Record) any
}

// Fields are all of them, in the order in which they are documented.
func Fields() []Field { return append([]Field(nil), fields...) }

var fields = []Field{
	text("id", "the delivery's id", func(r *Record) string { return r.sum.ID }),
	text("provider", "who sent it: stripe, github", func(r *Record) string { return r.sum.Provider }),
	text("event", "the event type: invoice.paid", func(r *Record) string { return r.sum.EventType }),
	text("provider_id", "the provider's own id of it, the same on its retries", func(r *Record) string { return r.sum.ProviderID }),
	moment("received", "when it came; compares with \"2026-11-20\", \"2026-11-20 14:00\" (local time) and RFC 3339", received),
	moment("received_at", "the same, by the name that --json has for it", received),
	{
		Name: "age", Kind: kindDuration, Doc: `how long ago it came; compares with "90s", "15m", "2h", "3d"`, nature: types.TypeOf(time.Duration(0)),
		of: func(r *Record) any { return time.Since(r.sum.ReceivedAt) },
	},
	text("method", "of the request: POST", func(r *Record) string { return r.sum.Method }),
	text("path", "what was asked for behind the endpoint's URL, with its query", func(r *Record) string { return r.sum.Path }),
	{
		Name: "query", Kind: kindObject, Doc: "the query's parameters: query.token; a list if there are several", nature: types.Map{types.Extra: types.Any},
		of: func(r *Record) any { return queryOf(r.sum.Path) },
	},
	text("endpoint", "the endpoint's name", func(r *Record) string { return r.sum.Endpoint }),
	text("verdict", "on its signature: valid, invalid, unsigned, unknown", func(r *Record) string { return string(r.sum.Verdict) }),
	text("reason", "for the verdict: signature_mismatch", func(r *Record) string { return string(r.sum.Reason) }),
	text("target", "the app's URL that was asked last", func(r *Record) string { return r.sum.Target }),
	number("status", "the app's last answer: 200; nil if it gave none", func(r *Record) (int64, bool) { return int64(r.sum.Status), r.sum.Status != 0 }),
	text("outcome", "how the last attempt ended: answered, refused, timeout, …, pending", outcome),
	truth("failed", "the app did not answer with 2xx", func(r *Record) bool { return r.sum.Failed() }),
	text("error", "what went wrong on the way to the app", func(r *Record) string { return r.sum.Err }),
	{
		Name: "duration_ms", Kind: kindNumber, Doc: "how long the last attempt took, in milliseconds", nature: types.Float64,
		of: func(r *Record) any {
			if r.sum.Outcome == inspect.OutcomePending {
				return nil
			}
			return float64(r.sum.Duration.Nanoseconds()) / 1e6
		},
	},
	number("attempts", "how often the app was tried", func(r *Record) (int64, bool) { return int64(r.sum.Attempts), true }),
	number("body_size", "of the whole body, in bytes", func(r *Record) (int64, bool) { return r.sum.BodySize, true }),
	truth("replay", "it is a replay", func(r *Record) bool { return r.sum.ReplayOf != "" }),
	text("replay_of", "the delivery that it repeats", func(r *Record) string { return r.sum.ReplayOf }),
	text("change", "what a replay changed", func(r *Record) string { return r.sum.Change }),
	truth("redelivered", "its provider had sent it before", func(r *Record) bool { return r.sum.RedeliveryOf != "" }),
	text("redelivery_of", "the first delivery with the same provider id", func(r *Record) string { return r.sum.RedeliveryOf }),
	truth("masked", "secrets in it were masked before it came here", func(r *Record) bool { return r.sum.Masked }),

	whole(text("url", "as its sender saw it", func(r *Record) string { return r.whole.URL })),
	whole(text("host", "that its sender asked for", func(r *Record) string { return r.whole.Host })),
	whole(text("remote", "its sender's address", func(r *Record) string { return r.whole.Remote })),
	whole(text("proto", "that its sender spoke: HTTP/1.1", func(r *Record) string { return r.whole.Proto })),
	whole(Field{
		Name: "header", Kind: kindObject, Doc: `the request's header: header["X-GitHub-Event"] or header.x_github_event, in any case; several values are joined with ", "`,
		nature: types.Map{types.Extra: types.Any}, of: func(r *Record) any { return header(r.whole.Header) },
	}),
	whole(Field{
		Name: "body", Kind: kindAny, Doc: "what its JSON, form or multipart says: body.data.object.amount, body.items[0].id; nil if it is none of these",
		nature: types.Any, of: func(r *Record) any { return r.request().value() },
	}),
	whole(Field{
		Name: "text", Kind: kindText, Doc: "the body as text, without its compression",
		nature: types.String, of: func(r *Record) any { return r.request().text() },
	}),
	whole(moment("signed_at", "the time that the signature says", func(r *Record) time.Time { return r.whole.Signature.Signed })),
	whole(Field{
		Name: "response", Kind: kindObject, Doc: "the app's last answer; nil if it gave none",
		nature: types.Map{"status": types.Int, "header": types.Map{types.Extra: types.Any}, "body": types.Any, "text": types.String},
		of:     func(r *Record) any { return r.answer() },
	}),
	{Name: "response.status", Kind: kindNumber, Doc: "as status", Whole: true},
	{Name: "response.header", Kind: kindObject, Doc: "its header, as header", Whole: true},
	{Name: "response.body", Kind: kindAny, Doc: "its body, as body", Whole: true},
	{Name: "response.text", Kind: kindText, Doc: "its body, as text", Whole: true},
}

func received(r *Record) time.Time { return r.sum.ReceivedAt }

func outcome(r *Record) string {
	if r.sum.Outcome == inspect.OutcomePending {
		return "pending"
	}
	return string(r.sum.Outcome)
}

func text(name, doc string, of func(*Record) string) Field {
	return Field{Name: name, Kind: kindText, Doc: doc, nature: types.String, of: func(r *Record) any {
		if s := of(r); s != "" {
			return s
		}
		return nil
	}}
}

func number(name, doc string, of func(*Record) (n int64, there bool)) Field {
	return Field{Name: name, Kind: kindNumber, Doc: doc, nature: types.Int, of: func(r *Record) any {
		if n, there := of(r); there {
			return int(n)
		}
		return nil
	}}
}

func truth(name, doc string, of func(*Record) bool) Field {
	return Field{Name: name, Kind: kindBool, Doc: doc, nature: types.Bool, of: func(r *Record) any { return of(r) }}
}

func moment(name, doc string, of func(*Record) time.Time) Field {
	return Field{Name: name, Kind: kindTime, Doc: doc, nature: types.TypeOf(time.Time{}), of: func(r *Record) any {
		if t := of(r); !t.IsZero() {
			return t
		}
		return nil
	}}
}

// whole is a field that only a whole delivery has.
func whole(f Field) Field {
	f.Whole = true
	of := f.of
	f.of = func(r *Record) any {
		if r.whole == nil {
			return nil
		}
		return of(r)
	}
	return f
}

// fieldNamed is the field with that name, of those that stand alone.
func fieldNamed(name string) *Field {
	for i := range fields {
		if fields[i].Name == name && fields[i].of != nil {
			return &fields[i]
		}
	}
	return nil
}

// fieldNames are the names of the fields that stand alone.
func fieldNames() []string {
	var names []string
	for _, f := range fields {
		if f.of != nil {
			names = append(names, f.Name)
		}
	}
	return names
}
