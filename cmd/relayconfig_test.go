package cmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/faults"
)

func relayTestFlags() []*pflag.Flag { return relayFlags(newRelayRoot(streams{}, RelayParts{})) }

// What nobody means as settings is refused with its place, at once and without being carried out.
func TestHostileRelayFile(t *testing.T) {
	long := strings.Repeat("x", maxRelayValue+1)
	for _, tc := range []struct{ name, text, want string }{
		{"list", "- a\n- b\n", "f:1:1: there are no settings here"},
		{"word", "hello\n", "f:1:1: there are no settings here"},
		{"no space", "addr:8080\n", "f:1:1: there are no settings here"},
		{"tab before", "\taddr: :80\n", "f:1:5: tab character cannot use as a map key directly"},
		{"no value", "\naddr:\n", "f:2:7: addr has no value"},
		{"null", "addr: ~\n", "f:1:7: addr has no value"},
		{"mapping", "addr:\n  a: b\n", "f:2:4: addr takes a value, not settings of its own"},
		{"list in list", "trusted-proxy: [[a]]\n", "f:1:17: trusted-proxy: this is a list in a list"},
		{"star", "domain: *.relay.example\n", "f:1:9: domain: this is a YAML alias, which settings don't use"},
		{"anchor", "addr: &a :80\n", "f:1:7: addr: this is YAML that settings don't use"},
		{"tag", "addr: !!str :80\n", "f:1:7: addr: this is YAML that settings don't use"},
		{"merge", "<<: {addr: x}\n", "f:1:1: this is not a setting's name"},
		{"number as key", "1: b\n", "f:1:1: this is not a setting's name"},
		{"twice", "addr: :80\n\naddr: :81\n", "f:3:1: addr is set in line 1 already"},
		{"second document", "addr: :80\n---\naddr: :81\n", "f:3:5: this is a second YAML document"},
		{"bomb", "addr: &a [x, x]\ndata: &b [*a, *a]\ndomain: [*b, *b]\n", "f:1:7: addr: this is YAML that settings don't use"},
		{"deep", "addr: " + strings.Repeat("[", maxRelayFile-100), "f:1: more brackets are open than settings need"},
		{"deep, on lines", strings.Repeat("[\n", 200), "f:101: more brackets are open than settings need"},
		{"long value", "addr: " + long, "f:1:7: addr: its value has 4097 bytes, and may have 4096"},
		{"open quote", "addr: \"x\ndata: y\n", "f:1:7: could not find end character of double-quoted text"},
		{"not UTF-8", "# \xff\n", "f:1: this is no UTF-8 text"},
		{"UTF-16", "\xff\xfea\x00d\x00d\x00r\x00:\x00", "f:1: this is no UTF-8 text"},
		{"zero", "addr: :80\ndata: a\x00b\n", "f:2: this is no UTF-8 text"},
		{"the text of a mistake is not shown", "token-file: |sesame\n", "f:1:13: invalid header option"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clock := faults.StartStopwatch()
			defer clock.Stop()
			_, wrong := parseRelayFile("f", []byte(tc.text), relayTestFlags())
			if took := clock.Elapsed(); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			if len(wrong) == 0 || wrong[0].Error() != tc.want {
				t.Fatalf("got %q, want %q", wrong, tc.want)
			}
			if f, ok := errors.AsType[*fault](wrong[0]); !ok || f.code != exitUsage || f.next == "" {
				t.Errorf("%q is no fault of usage with a next step", wrong[0])
			}
		})
	}
}

func TestRelayFileIsTakenAsItIsWritten(t *testing.T) {
	text := "\ufeff# mine\r\naddr: :8080\r\nanonymous: TRUE # yes\r\ntimeout: \"5m\"\r\ndomain: '*.relay.example'\r\nmax-body: 1048576\r\n" +
		"public-url: |\r\n  https://relay.example\r\ntrusted-proxy:\r\n- 10.0.0.1\r\n- ::1\r\n"
	got, wrong := parseRelayFile("f", []byte(text), relayTestFlags())
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for name, want := range map[string]string{
		"addr": ":8080", "anonymous": "TRUE", "timeout": "5m", "domain": "*.relay.example", "max-body": "1048576",
		"public-url": "https://relay.example", "trusted-proxy": "10.0.0.1 ::1",
	} {
		if value := strings.Join(got[name].value.texts, " "); value != want {
			t.Errorf("%s: got %q, want %q", name, value, want)
		}
	}
	if at := got["trusted-proxy"].at; at != "f:9:1" {
		t.Errorf("trusted-proxy is at %s", at)
	}
}

func TestRelayFileTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hook-relay.yaml")
	if err := os.WriteFile(path, bytes.Repeat([]byte("# all mine\n"), 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	_, wrong := readRelayFile(path, relayTestFlags())
	if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), "longer than 64 KiB") {
		t.Errorf("got %v", wrong)
	}
}

// A file may hold what nobody else may see, and errors are logged.
func TestSecretSettingsAreNotShown(t *testing.T) {
	root := &cobra.Command{Use: "test"}
	root.Flags().Int("admin-token", 0, "a `number`")
	root.Flags().String("dns-secret", "", "a `secret`")
	root.Flags().String("token-file", "", "a `file`")
	path := filepath.Join(t.TempDir(), "hook-relay.yaml")
	if err := os.WriteFile(path, []byte("admin-token: sesame\ndns-secret: sesame\ntoken-file: shown.txt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := relaySettings{file: path}
	r.read(root)
	if len(r.wrong) != 1 || strings.Contains(r.wrong[0].Error(), "sesame") || !strings.Contains(r.wrong[0].Error(), ":1:1: admin-token") {
		t.Errorf("got %v", r.wrong)
	}
	var out strings.Builder
	if err := showSettings(&out, &r, root); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "sesame") || !strings.Contains(out.String(), "shown.txt") {
		t.Errorf("it shows\n%s", out.String())
	}
}

// The names of all settings are told from the variables that Kubernetes sets by itself, and none hides a command's own.
func TestSettingsHaveNamesOfTheirOwn(t *testing.T) {
	for _, f := range relayTestFlags() {
		if variable := relayVariable(f.Name); ofKubernetes(strings.TrimPrefix(variable, "HOOK_RELAY_")) || variable == "HOOK_RELAY_CONFIG" {
			t.Errorf("--%s would be set by %s", f.Name, variable)
		}
		if _, list := f.Value.(pflag.SliceValue); !list && strings.Contains(f.Usage, "repeatable") {
			t.Errorf("--%s is repeatable, and no list for a file", f.Name)
		}
	}
}

// The example sets nothing as it is; with all lines that have a default it is a file that sets every one to that.
func TestRelayExample(t *testing.T) {
	var out strings.Builder
	if err := writeRelayExample(&out, relayTestFlags()); err != nil {
		t.Fatal(err)
	}
	if set, wrong := parseRelayFile("f", []byte(out.String()), relayTestFlags()); len(set)+len(wrong) > 0 {
		t.Errorf("it sets %v, and %v is wrong with it", set, wrong)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		if setting, ok := strings.CutPrefix(line, "#"); ok && !strings.HasPrefix(setting, " ") {
			lines = append(lines, setting)
		}
	}
	set, wrong := parseRelayFile("f", []byte(strings.Join(lines, "")), relayTestFlags())
	if len(wrong) > 0 || len(set) != len(relayTestFlags()) {
		t.Errorf("%d lines set %d of %d settings: %v", len(lines), len(set), len(relayTestFlags()), wrong)
	}
	for _, f := range relayTestFlags() {
		v := set[f.Name].value
		if defaultOf(f) == "" || v.list || len(v.texts) != 1 {
			continue // there is only a word for what it takes
		}
		if err := f.Value.Set(v.texts[0]); err != nil || f.Value.String() != f.DefValue {
			t.Errorf("%s: %q, want its default %q: %v", f.Name, v.texts, f.DefValue, err)
		}
	}
}

func TestRelayConfigPage(t *testing.T) {
	page, err := os.ReadFile("../docs/relay-config.md")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := writeRelayPage(&want, relayTestFlags()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, want.Bytes()) {
		t.Error("docs/relay-config.md is not what the flags say: go run ./cmd/hook-relay config example --markdown > docs/relay-config.md")
	}
}

func FuzzRelayFile(f *testing.F) {
	for _, seed := range []string{
		"", "addr: :8080\n", "trusted-proxy: [a, b]\n", "trusted-proxy:\n- a\n", "addr: |\n  x\n", "a: &x [*x]\n", "- a", "? a\n: b\n", "{addr: b}",
		"addr: !!binary x\n", "---\n...\n---\n", "\"addr\": 'x'\n", "<<: *a\n", "addr: 0x1_0\n", "\ufeffaddr: .inf\n", "%YAML 1.2\n---\naddr: x\n",
	} {
		f.Add([]byte(seed))
	}
	flags := relayTestFlags()
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > maxRelayFile {
			return // which readRelayFile refuses
		}
		set, wrong := parseRelayFile("f", text, flags)
		for name, s := range set {
			if !slices.ContainsFunc(flags, func(f *pflag.Flag) bool { return f.Name == name }) || len(s.value.texts) != 1 && !s.value.list {
				t.Errorf("%q has %q", name, s.value.texts)
			}
		}
		for _, err := range wrong {
			if !strings.HasPrefix(err.Error(), "f:") || inspect.Printable(err.Error()) == "" {
				t.Errorf("%q has no place", err)
			}
		}
	})
}
