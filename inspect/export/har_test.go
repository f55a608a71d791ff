package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// harSchema is what http://www.softwareishard.com/blog/har-12-spec/ says of each object: the fields with their types, of
// which those that begin with ? may be left out. Fields with _ are anybody's own.
func harSchema() map[string]map[string]string {
	return map[string]map[string]string{
		"har":     {"log": "log"},
		"log":     {"version": "string", "creator": "creator", "?browser": "creator", "?pages": "[]page", "entries": "[]entry", "?comment": "string"},
		"creator": {"name": "string", "version": "string", "?comment": "string"},
		"entry": {
			"?pageref": "string", "startedDateTime": "time", "time": "number", "request": "request", "response": "response",
			"cache": "cache", "timings": "timings", "?serverIPAddress": "string", "?connection": "string", "?comment": "string",
		},
		"request": {
			"method": "string", "url": "string", "httpVersion": "string", "cookies": "[]cookie", "headers": "[]pair", "queryString": "[]pair",
			"?postData": "postData", "headersSize": "number", "bodySize": "number", "?comment": "string",
		},
		"response": {
			"status": "number", "statusText": "string", "httpVersion": "string", "cookies": "[]cookie", "headers": "[]pair", "content": "content",
			"redirectURL": "string", "headersSize": "number", "bodySize": "number", "?comment": "string",
		},
		"cookie": {
			"name": "string", "value": "string", "?path": "string", "?domain": "string", "?expires": "time", "?httpOnly": "bool",
			"?secure": "bool", "?comment": "string",
		},
		"pair":     {"name": "string", "value": "string", "?comment": "string"},
		"postData": {"mimeType": "string", "text": "string", "?comment": "string"},
		"content":  {"size": "number", "?compression": "number", "mimeType": "string", "?text": "string", "?encoding": "string", "?comment": "string"},
		"cache":    {"?beforeRequest": "any", "?afterRequest": "any", "?comment": "string"},
		"timings": {
			"?blocked": "number", "?dns": "number", "?connect": "number", "send": "number", "wait": "number", "receive": "number", "?ssl": "number",
			"?comment": "string",
		},
	}
}

// conforms checks v, which stands at a place, against a type of the schema.
func conforms(t *testing.T, at, kind string, v any) {
	if of, ok := strings.CutPrefix(kind, "[]"); ok {
		all, ok := v.([]any)
		if !ok {
			t.Errorf("%s is no array", at)
		}
		for i, one := range all {
			conforms(t, fmt.Sprintf("%s[%d]", at, i), of, one)
		}
		return
	}
	ok := false
	switch kind {
	case "string":
		_, ok = v.(string)
	case "number":
		_, ok = v.(float64)
	case "bool":
		_, ok = v.(bool)
	case "time":
		text, _ := v.(string)
		_, err := time.Parse(time.RFC3339Nano, text)
		ok = err == nil
	default:
		object, isObject := v.(map[string]any)
		ok = isObject
		object = maps.Clone(object)
		for field, of := range harSchema()[kind] {
			name, optional := strings.CutPrefix(field, "?")
			value, has := object[name]
			if delete(object, name); has {
				conforms(t, at+"."+name, of, value)
			} else if !optional {
				t.Errorf("%s has no %s", at, name)
			}
		}
		for name := range object {
			if !strings.HasPrefix(name, "_") {
				t.Errorf("%s has %s, which HAR doesn't know", at, name)
			}
		}
	}
	if !ok {
		t.Errorf("%s is %v, no %s", at, v, kind)
	}
}

func TestHARIsWhatTheSpecSays(t *testing.T) {
	for _, n := range []int{0, 1, len(someDeliveries())} {
		text := written(t, "har", Options{Version: "0.1.0"}, someDeliveries()[:n]...)
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		conforms(t, "har", "har", v)
	}
}

func TestHAREntry(t *testing.T) {
	e := entryOf(someDeliveries()[0])
	if sum := e.Timings.Connect + e.Timings.Send + e.Timings.Wait + e.Timings.Receive; math.Abs(sum-e.Time) > 1e-6 {
		t.Errorf("time is %v, the timings are %v together", e.Time, sum)
	}
	if e.Request.HTTPVersion != "HTTP/2.0" || e.Response.Status != 302 || e.Response.StatusText != "Found" || e.Response.RedirectURL != "/there" {
		t.Errorf("%+v", e)
	}
	if !slices.Equal(e.Request.QueryString, []harPair{{"a", " b"}, {"c", ""}}) {
		t.Errorf("the query is %v", e.Request.QueryString)
	}
	if c := e.Request.Cookies; len(c) != 2 || c[1] != (harCookie{Name: "c", Value: "d"}) {
		t.Errorf("cookies %v", c)
	}
	if c := e.Response.Cookies; len(c) != 2 || !c[0].HTTPOnly || !c[1].Secure {
		t.Errorf("cookies that are set: %v", c)
	}
	if c := e.Response.Content; c.Encoding != "base64" || c.Size != 9 || c.MimeType != "image/png" {
		t.Errorf("content %+v", c)
	}
}

// An entry that was edited is read as it stands, whatever hook had said of it.
func TestEditedHAR(t *testing.T) {
	text := string(written(t, "har", Options{}, someDeliveries()[0]))
	edited := strings.NewReplacer(`"text":"{\"id\"`, `"text":"{\"ID\"`, `"value":"three"`, `"value":"four"`).Replace(text)
	d := readAll(t, strings.NewReader(edited))[0]
	if !bytes.HasPrefix(d.Body.Bytes, []byte(`{"ID"`)) || !d.Body.Complete || d.Header["X-Twice"][2] != "four" || d.ID != "d_fullaaaaaaaa" {
		t.Errorf("%+v", d)
	}
	var v map[string]map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	entry := v["log"]["entries"].([]any)[0].(map[string]any)
	delete(entry["request"].(map[string]any), "postData")
	without, _ := json.Marshal(v)
	d = readAll(t, bytes.NewReader(without))[0]
	if len(d.Body.Bytes) != 0 || d.Body.Complete || d.Body.Size == 0 {
		t.Errorf("a body that was taken away: %+v", d.Body)
	}
}

const foreignHAR = `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},
"pages":[{"id":"page_1","title":"a [deep] {one} \" ]","pageTimings":{"onLoad":[1,{"a":[]}]}}],
"entries":[
{"startedDateTime":"2026-11-20T15:03:02.120+01:00","time":12.5,"_initiator":{"type":"script"},
 "request":{"method":"POST","url":"https://shop.example/hooks/stripe?x=1#part","httpVersion":"h2",
  "headers":[{"name":":authority","value":"shop.example"},{"name":":path","value":"/hooks"},{"name":"stripe-signature","value":"t=1,v1=ab"},
   {"name":"x-twice","value":"1"},{"name":"X-Twice","value":"2"},{"name":"connection","value":"keep-alive"},{"name":"content-type","value":"application/json"}],
  "queryString":[],"cookies":[],"headersSize":-1,"bodySize":-1,"postData":{"mimeType":"application/json","text":"{\"id\":\"evt_1\"}"}},
 "response":{"status":200,"statusText":"","httpVersion":"h2","headers":[{"name":"set-cookie","value":"a=1\nb=2"}],"cookies":[],
  "content":{"size":4,"mimeType":"text/plain","text":"b2s=","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":-1,"_transferSize":9},
 "cache":{},"timings":{"blocked":-1,"dns":-1,"ssl":-1,"connect":2,"send":0.5,"wait":9,"receive":1}},
{"startedDateTime":"2026-11-20T14:03:03Z","request":{"method":"GET","url":"https://shop.example/favicon.ico"},"response":{"status":"304"}},
{"startedDateTime":"2026-11-20T14:03:04Z","request":{"method":"POST","url":"http://localhost/form","bodySize":19,
 "postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a","value":"1 2"},{"name":"b","value":"&"}]}},"response":{"status":0}},
{"startedDateTime":"2026-11-20T14:03:05Z","request":{"method":"PUT","url":"http://localhost/bin","bodySize":3,"headers":null,
 "postData":{"mimeType":"application/octet-stream","text":"\u0000\u00ff\u00e9"}},"response":null},
{"request":{"method":"POST","url":"http://localhost/cut","headers":[{"name":"Content-Length","value":"99"},{"name":"bad name","value":"x"},{"name":"X","value":"a\u0000b"}],
 "postData":{"text":"only this"}},"response":{"status":500,"_error":"net::ERR"}},
{"request":{"method":"POST","url":"/no-host"}},
{"request":{"method":"POST","url":"http://localhost/part","postData":{"mimeType":"multipart/form-data","params":[{"name":"f","fileName":"a"}]}}},
{"request":{"method":"POST","url":"http://localhost/odd","postData":"a text"},"startedDateTime":"yesterday"},
{"request":{"method":"POST","url":"http://localhost/b64","postData":{"encoding":"base64","text":"AP8\n-_w"}}}
]},"comment":"after"}`

func TestForeignHAR(t *testing.T) {
	var all []Found
	for f, err := range Read(strings.NewReader(foreignHAR), nil) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	if len(all) != 9 {
		t.Fatalf("%d entries, want 9", len(all))
	}
	first := all[0].Delivery
	if first.URL != "https://shop.example/hooks/stripe?x=1" || first.Path != "/hooks/stripe?x=1" || first.Host != "shop.example" || first.Proto != "HTTP/2.0" ||
		!first.ReceivedAt.Equal(time.Date(2026, 11, 20, 14, 3, 2, 120e6, time.UTC)) || first.ID != "" || all[0].Own || !all[0].Browsed {
		t.Errorf("%+v", first)
	}
	if got := fmt.Sprint(first.Header); got != "map[Content-Type:[application/json] Stripe-Signature:[t=1,v1=ab] X-Twice:[1 2]]" {
		t.Errorf("header %s", got)
	}
	a := first.Attempts[0]
	if a.Response.Status != 200 || string(a.Response.Body.Bytes) != "ok" || len(a.Response.Header["Set-Cookie"]) != 2 ||
		a.Stages.Connect != 2*time.Millisecond || a.Stages.Wait != 9500*time.Microsecond || a.Stages.Total != 12500*time.Microsecond || a.Outcome != "answered" {
		t.Errorf("attempt %+v", a)
	}
	if d := all[1].Delivery; d.Method != http.MethodGet || d.Attempts[0].Response.Status != 304 {
		t.Errorf("%+v", d)
	}
	if d := all[2].Delivery; string(d.Body.Bytes) != "a=1+2&b=%26" || len(d.Attempts) != 0 || len(all[2].Notes) != 1 {
		t.Errorf("form %q, %v", d.Body.Bytes, all[2].Notes)
	}
	if d := all[3].Delivery; string(d.Body.Bytes) != "\x00\xff\xe9" {
		t.Errorf("bytes as characters: %q", d.Body.Bytes)
	}
	if d := all[4].Delivery; d.Body.Complete || d.Body.Size != 99 || len(d.Header) != 1 || len(all[4].Notes) != 2 || !d.ReceivedAt.IsZero() {
		t.Errorf("%+v, %q", d, all[4].Notes)
	}
	for i, want := range map[int]string{5: "is no URL", 6: "its body is not in the file"} {
		if all[i].Err == nil || !strings.Contains(all[i].Err.Error(), want) {
			t.Errorf("entry %d: %v, want %q", i, all[i].Err, want)
		}
	}
	if d := all[7].Delivery; len(all[7].Notes) != 2 || d.Body.Size != 0 {
		t.Errorf("%+v, %q", d, all[7].Notes)
	}
	if d := all[8].Delivery; string(d.Body.Bytes) != "\x00\xff>\xff" {
		t.Errorf("base64 of the other alphabet: %q", d.Body.Bytes)
	}
}

// The URL of an entry can be asked for.
func TestHARURL(t *testing.T) {
	for _, d := range someDeliveries() {
		if u, err := url.Parse(entryOf(d).Request.URL); err != nil || u.Host == "" {
			t.Errorf("%s: %v", d.ID, err)
		}
	}
}
