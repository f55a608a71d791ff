package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/seed-4575fdc3/hook/inspect"
)

// seen is a delivery that an app answered.
func seen(provider, event, kind, body string, status int) *inspect.Delivery {
	d := &inspect.Delivery{
		ID: "d_abcdefghjkmn", Method: "POST", URL: "http://127.0.0.1:3000/hooks", Provider: provider, EventType: event,
		ReceivedAt: time.Unix(1_700_000_000, 0), Header: http.Header{"Content-Type": {kind}, "User-Agent": {"Test/1"}}, Body: inspect.CaptureOf([]byte(body)),
	}
	if status > 0 {
		d.Attempts = []inspect.Attempt{{Number: 1, Target: d.URL, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: status}}}
	}
	return d
}

// described is the description of deliveries as any reader of YAML has it, checked against OpenAPI's rules.
func described(t testing.TB, all ...*inspect.Delivery) map[string]any {
	t.Helper()
	text := encoded(t, "openapi", Options{}, all...)
	if again := encoded(t, "openapi", Options{}, all...); again != text {
		t.Error("a second time it is another text")
	}
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	checkOpenAPI(t, doc)
	return doc
}

// at is what stands in a document behind some keys.
func at(t testing.TB, doc any, keys ...string) any {
	t.Helper()
	for _, key := range keys {
		m, is := doc.(map[string]any)
		if !is || m[key] == nil {
			t.Fatalf("there is no %q of %q in %v", key, keys, doc)
		}
		doc = m[key]
	}
	return doc
}

func schemaOf(t testing.TB, doc map[string]any, event, kind string) any {
	t.Helper()
	return at(t, doc, "webhooks", event, "post", "requestBody", "content", kind, "schema")
}

func TestOpenAPISaysWhatWasCaptured(t *testing.T) {
	first := seen("stripe", "charge.failed", jsonType, `{"id":"evt_1","created":1,"data":{"amount":5,"url":"https://a.example/x","who":"a@b.example","at":"2026-01-02T15:04:05Z","u":"123e4567-e89b-12d3-a456-426614174000","list":[{"a":1},{"a":2.5,"b":null}]},"maybe":null}`, 200)
	first.Header["Stripe-Signature"] = []string{"t=1,v1=ab"}
	first.Header["X-Once"] = []string{"https://b.example/"}
	second := seen("stripe", "charge.failed", jsonType, `{"id":"evt_2","created":2,"data":{"amount":6.5,"url":"https://a.example/y","who":"c@d.example","at":"2026-01-02T15:04:06+01:00","u":"123e4567-e89b-12d3-a456-426614174001","list":[]},"maybe":"x","more":true}`, 500)
	second.Header["Stripe-Signature"] = []string{"t=1,v1=ab"}
	doc := described(t, first, second, seen("github", "push", formType, "payload=%7B%22ref%22%3A%22main%22%7D&n=1&n=2", 0), seen("", "", "text/plain", "hello", 204))

	got, _ := json.Marshal(schemaOf(t, doc, "charge.failed", jsonType))
	want := `{"properties":{"created":{"type":"integer"},"data":{"properties":{"amount":{"type":"number"},"at":{"format":"date-time","type":"string"},` +
		`"list":{"items":{"properties":{"a":{"type":"number"},"b":{"type":"null"}},"required":["a"],"type":"object"},"type":"array"},` +
		`"u":{"format":"uuid","type":"string"},"url":{"format":"uri","type":"string"},"who":{"format":"email","type":"string"}},` +
		`"required":["amount","at","list","u","url","who"],"type":"object"},"id":{"type":"string"},"maybe":{"type":["string","null"]},"more":{"type":"boolean"}},` +
		`"required":["created","data","id","maybe"],"type":"object"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	op := at(t, doc, "webhooks", "charge.failed", "post")
	got, _ = json.Marshal(at(t, op, "parameters"))
	want = `[{"description":"Verified with the signing secret.","in":"header","name":"Stripe-Signature","required":true,"schema":{"type":"string"}},` +
		`{"example":"Test/1","in":"header","name":"User-Agent","required":true,"schema":{"type":"string"}},` +
		`{"example":"https://b.example/","in":"header","name":"X-Once","required":false,"schema":{"format":"uri","type":"string"}}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got, _ = json.Marshal(at(t, op, "responses"))
	if want := `{"200":{"description":"OK: what the app answered 1 time."},"500":{"description":"Internal Server Error: what the app answered 1 time."}}`; string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if about := at(t, op, "description").(string); !strings.Contains(about, "HMAC-SHA256 of {timestamp}.{body}") {
		t.Errorf("it does not say how it is signed: %s", about)
	}
	got, _ = json.Marshal(schemaOf(t, doc, "push", formType))
	want = `{"properties":{"n":{"items":{"type":"string"},"type":"array"},"payload":{"contentMediaType":"application/json","contentSchema":` +
		`{"properties":{"ref":{"type":"string"}},"required":["ref"],"type":"object"},"type":"string"}},"required":["n","payload"],"type":"object"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := at(t, doc, "webhooks", "webhook", "post", "requestBody", "content", "text/plain"); len(got.(map[string]any)) != 1 {
		t.Errorf("text is described as %v", got)
	}
}

// Names that are ids are no members, and two providers' events of one name are kept apart.
func TestOpenAPIMapsAndNames(t *testing.T) {
	doc := described(t,
		seen("stripe", "a.b", jsonType, `{"by_id":{"usr_9f8a7b6c5d4e":{"n":1}},"lines":{"address_line1":"x","address_line2":"y"},"days":{"2026-01-02":1}}`, 200),
		seen("stripe", "a.b", jsonType, `{"by_id":{"usr_1a2b3c4d5e6f":{"n":2,"m":1}},"lines":{"address_line1":"x","address_line2":"y"},"days":{"2026-01-03":2.5}}`, 200),
		seen("github", "a.b", jsonType, `[]`, 200), seen("github", "a_b", jsonType, `[]`, 200), seen("", "a b", jsonType, "1", 200),
	)
	got, _ := json.Marshal(at(t, schemaOf(t, doc, "stripe.a.b", jsonType), "properties"))
	want := `{"by_id":{"additionalProperties":{"properties":{"m":{"type":"integer"},"n":{"type":"integer"}},"required":["n"],"type":"object"},"type":"object"},` +
		`"days":{"additionalProperties":{"type":"number"},"type":"object"},` +
		`"lines":{"properties":{"address_line1":{"type":"string"},"address_line2":{"type":"string"}},"required":["address_line1","address_line2"],"type":"object"}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	at(t, doc, "webhooks", "github.a.b")
}

// hostileBodies are such as readers of JSON and YAML stumble over.
func hostileBodies() []string {
	deep := strings.Repeat(`{"a":[`, 3000) + strings.Repeat("]}", 3000)
	wide := make(map[string]any)
	for i := range 3 * maxMembers {
		wide[fmt.Sprintf("name%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676)] = i
	}
	wideText, _ := json.Marshal(wide)
	return []string{
		`{}`, `[]`, `null`, `true`, `"x"`, `-0`, `1e999`, `123456789012345678901234567890.5`, `{"":1,"null":2,"y":3,"~":4,"a: b":5,"#":6,"? x":7,"- ":8,"*x":9,"&x":10,"!x":11,"%":12,"@":13,"{":14}`,
		`{"a":"\u2028\u0000\u001b[31m\u202e\ufeff\ud83d\ude00\ud800"}`, "{\"a\":\"\xff\xfe\"}", `{"a":1,"a":"two","a":[3]}`, `[[],[[]],[[[1]]],{"a":[]},null,"",0.5]`,
		`{"a":"yes","b":"1","c":" x","d":"x ","e":"a\nb\n","f":"---","g":"...","h":"0x1f","i":"1:30","j":"<<","k":"|","l":"2026-01-02"}`,
		`{"` + strings.Repeat("k", 3000) + `":{"` + strings.Repeat("9", 2000) + `":1}}`, deep, string(wideText),
		`{"json":"{\"a\":[1,null]}","not":"{\"a\""}`, strings.Repeat(" ", 100) + `{"x":1}`,
	}
}

func TestBodiesHoldTheirSchema(t *testing.T) {
	bodies := hostileBodies()
	var all []*inspect.Delivery
	for i, body := range bodies {
		all = append(all, seen("github", fmt.Sprint("alone", i), jsonType, body, 200), seen("github", "together", jsonType, body, 200))
	}
	doc := described(t, all...)
	for i, body := range bodies {
		for _, event := range []string{fmt.Sprint("alone", i), "together"} {
			checkBody(t, schemaOf(t, doc, event, jsonType), body)
		}
	}
}

func FuzzOpenAPI(f *testing.F) {
	for _, body := range hostileBodies() {
		f.Add("push", "X-Thing", "value", body, body)
	}
	f.Add("a\x00\u2028: b", "X", "\x9b\xff", "[1]", "{")
	f.Fuzz(func(t *testing.T, event, name, value, one, other string) {
		a, b := seen("github", event, jsonType, one, 200), seen("github", event, jsonType, other, 500)
		a.Header[name] = []string{value}
		doc := described(t, a, b)
		if !json.Valid([]byte(one)) || !json.Valid([]byte(other)) || event == "" || strings.ToValidUTF8(event, "") != event {
			return
		}
		s := schemaOf(t, doc, event, jsonType)
		checkBody(t, s, one)
		checkBody(t, s, other)
	})
}

// Memory is by what bodies are like, not by how many there are.
func TestOpenAPIIsBounded(t *testing.T) {
	left := budget(maxSchemas)
	s := left.schema()
	for i := range 3000 {
		names := new(mapping)
		for k := range 20 {
			inner := new(mapping)
			inner.add(fmt.Sprintf("n%c%c", 'a'+i%26, 'a'+k), json.Number("1"))
			names.add(fmt.Sprintf("x%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+k), inner)
		}
		s.see(names, 0, &left)
	}
	if len(s.members) > maxMembers || left < maxSchemas/2 {
		t.Errorf("%d members, %d of %d places left", len(s.members), left, maxSchemas)
	}
}

func TestOpenAPILeavesFurtherEventsOut(t *testing.T) {
	var all []*inspect.Delivery
	for i := range maxEvents + 2 {
		all = append(all, seen("github", fmt.Sprint("event", i), "", "", 204))
	}
	doc := described(t, all...)
	about := at(t, doc, "info", "description").(string)
	if n := len(doc["webhooks"].(map[string]any)); n != maxEvents || !strings.Contains(about, "Further events, of 2 deliveries, are left out") {
		t.Errorf("%d events, and: %s", n, about)
	}
	f, _ := Lookup("openapi")
	odd := seen("github", "push", "", "", 200)
	odd.Method = "BREW"
	if err := f.New(new(strings.Builder), Options{}).Add(odd); err == nil {
		t.Error("a method that OpenAPI has not is taken")
	}
}

// checkOpenAPI holds a document to the rules of OpenAPI 3.1 that concern what is written here.
func checkOpenAPI(t testing.TB, doc map[string]any) {
	t.Helper()
	if doc["openapi"] != "3.1.0" || at(t, doc, "info", "title") == "" || at(t, doc, "info", "version") == "" {
		t.Errorf("its head is %v %v", doc["openapi"], doc["info"])
	}
	only(t, doc, "openapi", "info", "webhooks")
	ids := make(map[string]bool)
	items, _ := doc["webhooks"].(map[string]any)
	for name, item := range items {
		for method, value := range item.(map[string]any) {
			if !slices.Contains([]string{"get", "put", "post", "delete", "patch", "head", "options"}, method) {
				t.Errorf("%s: a path item has no %q", name, method)
			}
			op := value.(map[string]any)
			only(t, op, "operationId", "tags", "summary", "description", "externalDocs", "parameters", "requestBody", "responses")
			id := op["operationId"].(string)
			if ids[id] {
				t.Errorf("%s: the operationId %s comes twice", name, id)
			}
			ids[id] = true
			checkOperation(t, op)
		}
	}
}

func checkOperation(t testing.TB, op map[string]any) {
	t.Helper()
	names := make(map[string]bool)
	parameters, _ := op["parameters"].([]any)
	for _, one := range parameters {
		p := one.(map[string]any)
		only(t, p, "name", "in", "required", "description", "schema", "example")
		if names[p["name"].(string)] || p["in"] != "header" {
			t.Errorf("the parameter %v", p)
		}
		names[p["name"].(string)] = true
		checkSchema(t, p["schema"])
	}
	if body, has := op["requestBody"].(map[string]any); has {
		only(t, body, "required", "content")
		for kind, value := range at(t, body, "content").(map[string]any) {
			media := value.(map[string]any)
			only(t, media, "schema", "example")
			checkSchema(t, media["schema"])
			if !strings.Contains(kind, "/") {
				t.Errorf("the media type %q", kind)
			}
		}
	}
	responses, _ := op["responses"].(map[string]any)
	if len(responses) == 0 {
		t.Error("there is no response")
	}
	for status, value := range responses {
		if len(status) != 3 || value.(map[string]any)["description"] == "" {
			t.Errorf("the response %s is %v", status, value)
		}
	}
}

func only(t testing.TB, m map[string]any, keys ...string) {
	t.Helper()
	for key := range m {
		if !slices.Contains(keys, key) {
			t.Errorf("OpenAPI has no %q here", key)
		}
	}
}

// checkSchema holds a schema to the rules of JSON Schema 2020-12.
func checkSchema(t testing.TB, value any) {
	t.Helper()
	s, is := value.(map[string]any)
	if !is {
		t.Fatalf("%v is no schema", value)
	}
	only(t, s, "type", "format", "items", "required", "properties", "additionalProperties", "contentMediaType", "contentSchema")
	for _, one := range typesOf(s) {
		if !slices.Contains([]string{"object", "array", "string", "integer", "number", "boolean", "null"}, one) {
			t.Errorf("there is no type %q", one)
		}
	}
	for _, key := range []string{"items", "additionalProperties", "contentSchema"} {
		if s[key] != nil {
			checkSchema(t, s[key])
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for _, one := range properties {
		checkSchema(t, one)
	}
	required, _ := s["required"].([]any)
	for i, name := range required {
		if _, known := properties[name.(string)]; !known || slices.Contains(required[:i], name) {
			t.Errorf("%v is required and not described, or twice", name)
		}
	}
}

func typesOf(s map[string]any) []string {
	switch v := s["type"].(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, one.(string))
		}
		return all
	default:
		return nil
	}
}

func checkBody(t testing.TB, s any, body string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	if wrong := violation(s.(map[string]any), value, "$"); wrong != "" {
		t.Errorf("%.100s: %s", body, wrong)
	}
}

// violation is a small validator of JSON Schema. It is empty for a value that holds.
func violation(s map[string]any, value any, where string) string {
	if types := typesOf(s); len(types) > 0 && !slices.ContainsFunc(types, func(name string) bool { return isOf(name, value) }) {
		return fmt.Sprintf("%.80s is %T, want %v", where, value, types)
	}
	switch v := value.(type) {
	case string:
		if f, has := s["format"].(string); has && !hasFormat(f, v) {
			return fmt.Sprintf("%.80s: %.80q is no %s", where, v, f)
		}
		if inner, has := s["contentSchema"].(map[string]any); has {
			var document any
			d := json.NewDecoder(strings.NewReader(v))
			d.UseNumber()
			if err := d.Decode(&document); err != nil {
				return where + ": " + err.Error()
			}
			return violation(inner, document, where)
		}
	case []any:
		items, has := s["items"].(map[string]any)
		for i := 0; has && i < len(v); i++ {
			if wrong := violation(items, v[i], where+"[]"); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		return memberViolation(s, v, where)
	}
	return ""
}

func memberViolation(s, v map[string]any, where string) string {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, has := v[name.(string)]; !has {
			return fmt.Sprintf("%.80s has no %v", where, name)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	others, has := s["additionalProperties"].(map[string]any)
	for name, one := range v {
		member, known := properties[name].(map[string]any)
		if !known && has {
			member = others
		}
		if wrong := violation(member, one, where+"."+name); wrong != "" {
			return wrong
		}
	}
	return ""
}

func isOf(name string, value any) bool {
	switch v := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		f, _ := v.Float64()
		return name == "number" || name == "integer" && (f == math.Trunc(f) || math.IsInf(f, 0))
	default:
		return false
	}
}
