package inspect

import "testing"

func TestMaskAccess(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"/a":                               "/a",
		"/a?token=t1234567":                "/a?token=t1234567",
		"?hook_secret=s":                   "?hook_secret=[masked]",
		"/a?b=c&hook_secret=s%26t#f":       "/a?b=c&hook_secret=[masked]#f",
		"/a?hook%5Fsecret=true&sig=123456": "/a?hook%5Fsecret=[masked]&sig=123456",
		"http://127.0.0.1:3000/a?hook_secret=x&hook_secret=y": "http://127.0.0.1:3000/a?hook_secret=[masked]&hook_secret=[masked]",
		"/a?hook_secret=":         "/a?hook_secret=",
		"/a?hook_secret":          "/a?hook_secret",
		"/a?hook_secret=[masked]": "/a?hook_secret=[masked]",
		"/hook_secret=s":          "/hook_secret=s",
	} {
		if got := MaskAccess(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// What opens an endpoint is masked wherever URLs are, also where it is shorter or plainer than other secrets.
func TestMaskURLMasksAccess(t *testing.T) {
	for _, secret := range []string{"x", "true", "HUSH", "re_123", "0x12345678901234567890123456789012345678ab"} {
		if got, n := MaskURL("/a?hook_secret=" + secret); got != "/a?hook_secret=[masked]" || n != 1 {
			t.Errorf("%s: got %q, %d masked", secret, got, n)
		}
	}
}
