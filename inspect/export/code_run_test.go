package export

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// signedBodies are those of providers whose signature or time stands in the body, or is made of its parts.
var signedBodies = map[string]struct{ kind, text string }{
	"mailgun": {jsonType, `{"signature":{"token":"abc","timestamp":"1600000000","signature":"` + strings.Repeat("0", 64) + `"},"event-data":{"event":"opened"}}`},
	"figma":   {jsonType, `{"event_type":"FILE_UPDATE","passcode":"old"}`},
	"linear":  {jsonType, `{"action":"create","type":"Issue","webhookTimestamp":1600000000000}`},
	"twilio":  {formType, "From=%2B1555&Body=caf%C3%A9+%E2%9C%93&Body=a&Body=a&MessageSid=SM1"},
	"ecwid":   {jsonType, `{"eventId":"80aece08","eventCreated":1234567,"storeId":1003}`},
	"favro":   {jsonType, `{"payloadId":"3a2b","action":"created"}`},
}

// A judge is an app that takes only what hook's own package takes for signed: each provider has a path of its own.
type judge struct {
	*httptest.Server
	secrets  map[string]string
	captured time.Time

	mu   sync.Mutex
	seen map[string]int // answers of each status
	odd  []string
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	j := &judge{secrets: make(map[string]string), seen: make(map[string]int), captured: time.Now().Add(-48 * time.Hour)}
	j.Server = httptest.NewServer(j)
	t.Cleanup(j.Close)
	return j
}

func (j *judge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	name := strings.TrimPrefix(r.URL.Path, "/hooks/")
	p := signature.Lookup(name)
	request := signature.Request{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Header: r.Header, Body: body, ReceivedAt: time.Now()}
	if name == onlyTheirs {
		request.ReceivedAt = j.captured
	}
	got := p.Verify(request, []signature.Secret{{Value: j.secrets[name]}})
	j.mu.Lock()
	defer j.mu.Unlock()
	if got.Verdict != signature.Valid {
		j.seen["refused "+name]++
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "%s %s", got.Verdict, got.Reason)
		return
	}
	j.seen["taken "+name]++
	if r.Header.Get("X-Kept") != "\"kept\" `${1}` \\ 'caf\xc3\xa9'" {
		j.odd = append(j.odd, fmt.Sprintf("%s: X-Kept is %q", name, r.Header.Get("X-Kept")))
		w.WriteHeader(http.StatusTeapot)
	}
}

// onlyTheirs is a provider whose private key nobody else has: what it sent is sent again.
const onlyTheirs = "discord"

// judged are deliveries of providers, as j's app got them, long ago and masked: some of all kinds, or, where tests may
// take their time, all whose signing data can say.
func (j *judge) judged(t *testing.T) []*inspect.Delivery {
	t.Helper()
	var all []*inspect.Delivery
	for _, p := range signature.Providers() {
		if os.Getenv("HOOK_SLOW") == "" && !slices.Contains(usual(), p.Name) {
			continue
		}
		kind, text := jsonType, "{\"id\": 1.50,\n \"é\": \"`${x}\\u2028 ''' \\\\\"}\n"
		if b, special := signedBodies[p.Name]; special {
			kind, text = b.kind, b.text
		}
		url := j.URL + "/hooks/" + p.Name + "?x=1&y=%20"
		r := signature.Request{
			Method: "POST", URL: url, Body: []byte(text),
			Header: http.Header{"Content-Type": {kind}, "X-Kept": {"\"kept\" `${1}` \\ 'caf\xc3\xa9'"}, "User-Agent": {"Provider/1.0"}},
		}
		secret := p.NewSecret()
		if p.Sign(&r, signature.Secret{Value: secret}, j.captured) != nil {
			continue
		}
		recipe, ok := p.Recipe(r)
		if j.secrets[p.Name] = recipe.Sample; !ok {
			if p.Name != onlyTheirs {
				continue
			}
			j.secrets[p.Name], _ = p.PublicKey(secret)
		}
		status := http.StatusOK
		if len(all)%2 == 1 {
			status = http.StatusInternalServerError
		}
		d := &inspect.Delivery{
			ID: fmt.Sprintf("d_%012d", len(all)), Method: r.Method, URL: r.URL, ReceivedAt: j.captured, Header: r.Header, Body: inspect.CaptureOf(r.Body),
			Provider: p.Name, EventType: "thing.made",
			Attempts: []inspect.Attempt{{Target: r.URL, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: status}}},
		}
		masked, _ := inspect.Mask(d)
		all = append(all, masked)
	}
	return all
}

// usual are providers of all kinds.
func usual() []string {
	return []string{
		onlyTheirs, "stripe", "github", "slack", "shopify", "twilio", "svix", "standard-webhooks", "square", "mailgun", "gitlab", "linear",
		"adyen", "azure-devops", "docker-hub", "woocommerce", "klaviyo", "figma", "ecwid", "twitch", "cloudinary", "pandadoc", "zendesk",
	}
}

// holds says whether each provider's signed request was taken once, and the one with another secret refused once.
func (j *judge) holds(t *testing.T, all []*inspect.Delivery) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range all {
		want := 1
		if d.Provider == onlyTheirs {
			want = 0
		}
		if taken, refused := j.seen["taken "+d.Provider], j.seen["refused "+d.Provider]; taken != 1 || refused != want {
			t.Errorf("%s: taken %d times and refused %d times, want 1 and %d", d.Provider, taken, refused, want)
		}
	}
	for _, what := range j.odd {
		t.Error(what)
	}
	for _, name := range usual() {
		if !slices.ContainsFunc(all, func(d *inspect.Delivery) bool { return d.Provider == name }) {
			t.Errorf("there was none of %s", name)
		}
	}
}

// encoded is a file in a format.
func encoded(t testing.TB, format string, o Options, all ...*inspect.Delivery) string {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("there is no format %q", format)
	}
	var b bytes.Buffer
	e := f.New(&b, o)
	for _, d := range all {
		if err := e.Add(d); err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// execute runs a program in a folder with the variables added, and returns what it printed.
func execute(t *testing.T, dir string, env []string, program string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed, so what is generated for it can't run here", program)
	}
	write(t, dir, "go.mod", "module example.com/webhooks\n\ngo 1.22\n")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = dir
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.Contains(v, "SECRET") || strings.Contains(v, "TOKEN") || strings.HasPrefix(v, "NODE_") || strings.HasPrefix(v, "APP_URL")
	})
	c.Env = append(append(c.Env, "GOFLAGS=-mod=mod", "GOPROXY=off", "PYTHONDONTWRITEBYTECODE=1"), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

func run(t *testing.T, dir string, env []string, program string, args ...string) {
	t.Helper()
	if out, err := execute(t, dir, env, program, args...); err != nil {
		t.Errorf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out[max(0, len(out)-8000):])
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A toolchain is what runs a language's tests.
type toolchain struct {
	format, file, program string
	args                  []string
	line, inside          string // the line to change, and what a user could write there: an app of their own, in the same process
}

func toolchains() []toolchain {
	return []toolchain{
		{
			"go", "webhook_test.go", "go", []string{"test", "./..."}, "var handler http.Handler //",
			`var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				sum := hmac.New(sha256.New, []byte(os.Getenv("GITHUB_WEBHOOK_SECRET")))
				sum.Write(body)
				if r.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(sum.Sum(nil)) {
					w.WriteHeader(http.StatusForbidden)
				}
			}) //`,
		},
		{
			"js", "webhook.test.mjs", "node", []string{"--test"}, "const app = ",
			`const app = async (request, response) => {
				const sum = createHmac("sha256", process.env.GITHUB_WEBHOOK_SECRET);
				for await (const chunk of request) sum.update(chunk);
				response.writeHead(request.headers["x-hub-signature-256"] === "sha256=" + sum.digest("hex") ? 204 : 403).end();
			}; //`,
		},
		{
			"python", "test_webhook.py", "python3", []string{"-W", "error", "-m", "unittest", "discover"}, "APP = ",
			`def APP(environ, start):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    want = "sha256=" + hmac.new(os.environ["GITHUB_WEBHOOK_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    start("200 OK" if environ["HTTP_X_HUB_SIGNATURE_256"] == want else "403 Forbidden", [])
    return []
#`,
		},
	}
}

// The generated tests sign so that hook's own package takes them for the provider's.
func TestGeneratedTestsRun(t *testing.T) {
	for _, tool := range toolchains() {
		t.Run(tool.format, func(t *testing.T) {
			t.Parallel()
			j := newJudge(t)
			all := j.judged(t)
			dir := t.TempDir()
			write(t, dir, tool.file, encoded(t, tool.format, Options{}, all...))
			run(t, dir, []string{"APP_URL=" + j.URL}, tool.program, tool.args...)
			j.holds(t, all)
		})
	}
}

// One line changed, and they test a handler in their own process, which finds the secret for tests in its environment.
func TestGeneratedTestsRunAHandler(t *testing.T) {
	for _, tool := range toolchains() {
		t.Run(tool.format, func(t *testing.T) {
			t.Parallel()
			d := seen("github", "push", jsonType, `{"ref":"main"}`, 500)
			text := encoded(t, tool.format, Options{}, d, d)
			if strings.Count(text, tool.line) != 1 || strings.Count(text, "<- the line to change") != 1 {
				t.Fatalf("the line to change is not there once:\n%s", text)
			}
			dir := t.TempDir()
			write(t, dir, tool.file, strings.Replace(text, tool.line, tool.inside, 1))
			run(t, dir, nil, tool.program, tool.args...)

			if tool.format == "go" && os.Getenv("HOOK_SLOW") == "" {
				return // to build it once more takes long
			}
			// And they fail where they should.
			broken := strings.NewReplacer("http.StatusForbidden", "200", ": 403", ": 200", `"403 Forbidden"`, `"200 OK"`).Replace(tool.inside)
			write(t, dir, tool.file, strings.Replace(text, tool.line, broken, 1))
			if out, err := execute(t, dir, nil, tool.program, tool.args...); err == nil || !strings.Contains(out, "want 4xx, as the signature is wrong") {
				t.Errorf("an app that verifies nothing passes: %v\n%s", err, out)
			}
		})
	}
}
