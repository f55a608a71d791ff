package cmd

import (
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestWhatIsEnforced(t *testing.T) {
	for _, c := range []struct {
		verdict    signature.Verdict
		on, strict string // the failure's code
	}{
		{signature.Valid, "", ""},
		{signature.Invalid, "signature_invalid", "signature_invalid"},
		{signature.Unknown, "", "signature_unproven"},
		{signature.Unsigned, "", "signature_unproven"},
		{"", "", "signature_unproven"}, // never judged: too long to be kept
	} {
		for mode, want := range map[enforcement]string{enforceOn: c.on, enforceStrict: c.strict} {
			got := mode.refuse(&inspect.Delivery{Signature: signature.Result{Verdict: c.verdict}})
			switch {
			case got == nil && want == "":
			case got == nil || got.Code != want || got.Status != 401:
				t.Errorf("%s, %q: got %+v, want %q", mode, c.verdict, got, want)
			}
		}
	}
}

func TestHowEnforcementIsSet(t *testing.T) {
	for _, c := range []struct {
		flag, variable, project, user string
		want                          enforcement
	}{
		{},
		{flag: "on", want: enforceOn},
		{variable: "1", project: "off", want: enforceOn},
		{project: "true", want: enforceOn},
		{project: "strict", user: "off", want: enforceStrict},
		{flag: "off", variable: "strict", project: "strict"},
		{user: "on", want: enforceOn},
	} {
		t.Setenv("HOOK_ENFORCE", c.variable)
		l := &listener{o: listenOptions{enforce: c.flag}}
		l.settings = settings{project: config{Enforce: c.project}, user: config{Enforce: c.user}}
		if got, err := l.enforcement(); got != c.want || err != nil {
			t.Errorf("%+v: got %q, %v", c, got, err)
		}
		l.o.local = true
		if got, err := l.enforcement(); got != "" || err != nil {
			t.Errorf("a demo: got %q, %v", got, err)
		}
	}
	l := &listener{o: listenOptions{enforce: "much"}}
	if got, err := l.enforcement(); err == nil {
		t.Errorf("got %q", got)
	}
}
