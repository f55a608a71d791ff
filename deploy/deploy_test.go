package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example of settings is right as it is, and with each line in force that is commented out.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	output(t, command(t, ".", "hook-relay", "config", "check", "hook-relay.yaml", "--data", dir)) // systemd makes the folder that it names
	all := regexp.MustCompile(`(?m)^#([a-z-]+: )`).ReplaceAllString(read(t, "hook-relay.yaml"), "$1")
	all = strings.ReplaceAll(all, "\nacme", "\n#acme") // behind a proxy, which the rest is for
	all = regexp.MustCompile(`/var/(lib|log)/hook-relay`).ReplaceAllString(all, dir)
	file := filepath.Join(dir, "hook-relay.yaml")
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	shown := output(t, command(t, dir, "hook-relay", "config", "check", "--show", file))
	for _, want := range []string{"trusted-proxy", "admin-addr", "access-log", "contact", "domain"} {
		if !regexp.MustCompile(`(?m)` + want + `\b.*hook-relay\.yaml`).MatchString(shown) {
			t.Errorf("%s is not in force:\n%s", want, shown)
		}
	}
}

// What the files call settings are some: hook-relay warns of a variable that is none.
func TestVariables(t *testing.T) {
	for _, file := range []string{"Dockerfile", "compose.yaml", "kubernetes.yaml"} {
		variables := regexp.MustCompile(`HOOK_RELAY_[A-Z_]+`).FindAllString(read(t, file), -1)
		if len(variables) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, variable := range variables {
			flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, "HOOK_RELAY_"), "_", "-"))
			if help := output(t, command(t, t.TempDir(), "hook-relay", "--help")); !strings.Contains(help, " "+flag+" ") {
				t.Errorf("%s: %s: there is no %s", file, variable, flag)
			}
		}
	}
	// The values go together, too.
	var compose struct {
		Services map[string]struct {
			Environment map[string]string
			Ports       []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	relay := compose.Services["relay"]
	dir := t.TempDir()
	file := filepath.Join(dir, "hook-relay.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check := command(t, dir, "hook-relay", "config", "check", file)
	for name, value := range relay.Environment {
		check.Env = append(check.Env, name+"="+value)
	}
	output(t, check)
	if tls := relay.Environment["HOOK_RELAY_TLS_ADDR"]; !slices.Equal(relay.Ports, []string{"80:8080", "443" + tls}) {
		t.Errorf("compose.yaml publishes %q, and https is on %s", relay.Ports, tls)
	}
}

// Kubernetes asks at paths and by commands that there are.
func TestKubernetes(t *testing.T) {
	text := read(t, "kubernetes.yaml")
	for _, part := range strings.Split(text, "\n---\n") {
		var object struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(part), &object); err != nil || object.Kind == "" {
			t.Errorf("%v: %.100s", err, part)
		}
	}
	output(t, command(t, t.TempDir(), "hook-relay", "drain", "--wait", "70s", "--help"))
	for _, want := range []string{"path: /readyz", "path: /healthz", `"drain", "--wait", "70s"`, "replicas: 1 "} {
		if !strings.Contains(text, want) {
			t.Errorf("kubernetes.yaml has no %s", want)
		}
	}
}

// A line that begins with one of hook's programs in the documents is a command that it takes.
var commandLine = regexp.MustCompile(`(?m)^(?:    (?:runuser -u hook-relay -- )?|#.* (?:exec \S+ (?:-- )?))(hook-relay|hook) (.*)$`)

// usage is where a help says how its command is called.
var usage = regexp.MustCompile(`\nUsage:\n  ((?:[a-z-]+ ?)+)`)

func TestCommandsOfTheDocuments(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"../docs/self-hosting.md", "compose.yaml", "kubernetes.yaml"} {
		lines := commandLine.FindAllStringSubmatch(read(t, file), -1)
		if len(lines) == 0 {
			t.Errorf("%s has no commands", file)
		}
		for _, line := range lines {
			words := words(line[2])
			help := output(t, command(t, dir, line[1], append(words, "--help")...))
			path := usage.FindStringSubmatch(help)
			if path == nil {
				t.Fatalf("%s: %q: there is no usage in\n%s", file, line[0], help)
			}
			// A group of commands that is left with a word is one that has no such command.
			rest := words[len(strings.Fields(path[1]))-1:]
			if strings.Contains(help, "\nAvailable Commands:\n") && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				t.Errorf("%s: %q is not understood:\n%s", file, line[0], help)
			}
		}
	}
}

// words are those of a command line, without what stands behind it.
func words(line string) []string {
	for _, end := range []string{"  ", " #", " && ", " | ", " > "} {
		line, _, _ = strings.Cut(line, end)
	}
	all := strings.Fields(line)
	for i, word := range all {
		all[i] = strings.Trim(word, `'"`)
	}
	return all
}

// systemd understands the unit, and finds it well closed in.
func TestUnit(t *testing.T) {
	path := need(t, "systemd-analyze")
	dir := t.TempDir()
	unit := filepath.Join(dir, "hook-relay.service")
	settings(t, "hook-relay.service", unit, "ExecStart=/usr/local/bin/hook-relay ", "ExecStart="+filepath.Join(programs(t), "hook-relay")+" ")
	if out := output(t, exec.Command(path, "verify", unit)); strings.TrimSpace(out) != "" {
		t.Errorf("systemd-analyze verify says: %s", out)
	}
	out, err := exec.Command(path, "security", "--offline=true", "--threshold=20", unit).CombinedOutput() // of 100
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
