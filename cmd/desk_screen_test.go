package cmd_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

// A desk is where somebody works with hook's screen: a project, a home, an app that verifies as Stripe's do, and terminals.
type desk struct {
	t      testing.TB
	dir    string
	hook   string // the program
	app    string // its URL
	client *http.Client
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	hook, err := exec.LookPath("hook")
	if err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(http.HandlerFunc(stripeApp))
	t.Cleanup(app.Close)
	d := &desk{t: t, dir: t.TempDir(), hook: hook, app: app.URL + "/webhooks/stripe", client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	t.Cleanup(d.client.CloseIdleConnections)
	d.write("hook.yaml", "name: quiet-otter-k7q2\n") // the folder is a project of its own
	return d
}

// write makes a file in the project, and gives its path.
func (d *desk) write(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d *desk) env(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + d.dir, "HOOK_HOME=" + filepath.Join(d.dir, "home"), "LANG=C.UTF-8", "TZ=UTC",
		"COLORTERM=truecolor", "STRIPE_WEBHOOK_SECRET=" + appSecret, "TMPDIR=" + d.dir,
		"GORACE=" + os.Getenv("GORACE"),
	}, more...)
}

// open runs hook in a terminal.
func (d *desk) open(o terminal.Options, args ...string) *terminal.Session {
	d.t.Helper()
	o.Dir = d.dir
	o.Env = d.env(o.Env...)
	return terminal.Open(d.t, o, d.hook, args...)
}

var endpointURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+/e/quiet-otter-k7q2`)

// listen runs hook listen in a terminal, and gives the endpoint's URL once it is connected.
func (d *desk) listen(o terminal.Options, args ...string) (s *terminal.Session, url string) {
	d.t.Helper()
	s = d.open(o, append([]string{"listen", d.app}, args...)...)
	f := s.AwaitWhere("a connected endpoint", func(f terminal.Frame) bool {
		return strings.Contains(f.String(), "● connected") && endpointURL.MatchString(f.String())
	})
	return s, endpointURL.FindString(f.String())
}

// run runs hook without a terminal, and gives what it prints.
func (d *desk) run(args ...string) string {
	d.t.Helper()
	c := exec.Command(d.hook, args...)
	c.Dir, c.Env = d.dir, d.env()
	var talk bytes.Buffer
	c.Stderr = &talk
	out, err := c.Output()
	if err != nil {
		d.t.Fatalf("hook %q: %v\n%s%s", args, err, out, talk.Bytes())
	}
	return string(out)
}

// event is a Stripe event of that type, a body that is longer than a screen.
func event(kind string) string {
	lines := make([]string, 60)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"line":%d,"text":"of the order"}`, i)
	}
	lines[50] = `{"needle":"the first"}`
	lines[55] = `{"needle":"the second"}`
	return fmt.Sprintf(`{"id":"evt_%s","object":"event","type":%q,"data":{"object":{"amount":4200,"lines":[%s]}}}`, strings.ReplaceAll(kind, ".", "_"), kind, strings.Join(lines, ","))
}

// post sends an event as Stripe does, signed with that secret, and gives the answer's status.
func (d *desk) post(url, kind, secret string) int {
	d.t.Helper()
	status, err := d.try(url, event(kind), secret)
	if err != nil {
		d.t.Error(err)
	}
	return status
}

func (d *desk) try(url, body, secret string) (int, error) {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	now := fmt.Sprint(time.Now().Unix())
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(now + "." + body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Stripe-Signature", "t="+now+",v1="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, err
}

// seed sends so many events, order.01 and so on, the last but one of which has a bad signature, and waits until they are listed.
func (d *desk) seed(s *terminal.Session, url string, n int) {
	d.t.Helper()
	for i := 1; i <= n; i++ {
		secret, want := appSecret, http.StatusOK
		if i == n-1 {
			secret, want = "whsec_anotherEndpointsSecret", http.StatusBadRequest
		}
		if status := d.post(url, order(i), secret); status != want {
			d.t.Fatalf("order %d was answered %d, want %d", i, status, want)
		}
	}
	s.AwaitWhere("all that was sent", func(f terminal.Frame) bool { return selected(f) == order(n) && detailOf(f) == order(n) })
}

func order(n int) string { return fmt.Sprintf("order.%02d", n) }

var (
	orderType   = regexp.MustCompile(`order\.\d\d+`)
	listedRow   = regexp.MustCompile(`^[▌ ].\d\d:\d\d.*?(order\.\d\d+)`)
	markedRow   = regexp.MustCompile(`^[▌ ]\*\d\d:\d\d`)
	selectedRow = regexp.MustCompile(`^▌[^│]*?(order\.\d\d+)`)
)

// selected is the event type of the row that is selected in the list; empty if none can be seen.
func selected(f terminal.Frame) string {
	for y := range f.Height {
		if m := selectedRow.FindStringSubmatch(f.Row(y)); m != nil {
			return m[1]
		}
	}
	return ""
}

// rowsOf are the event types of the list's rows, from the top.
func rowsOf(f terminal.Frame) []string {
	var all []string
	for y := range f.Height {
		list, _, _ := strings.Cut(f.Row(y), "│")
		if m := listedRow.FindStringSubmatch(list); m != nil {
			all = append(all, m[1])
		}
	}
	return all
}

// marked is how many rows can be seen that are marked.
func marked(f terminal.Frame) int {
	n := 0
	for y := range f.Height {
		if markedRow.MatchString(f.Row(y)) {
			n++
		}
	}
	return n
}

// detailOf is the event type of what the detail beside the list shows.
func detailOf(f terminal.Frame) string {
	return orderType.FindString(beside(f))
}

// beside is the text of the pane beside the list.
func beside(f terminal.Frame) string {
	var b strings.Builder
	for y := range f.Height {
		if _, right, ok := strings.Cut(f.Row(y), "│"); ok {
			b.WriteString(right + "\n")
		}
	}
	return b.String()
}

// hints is the row with the keys that help most.
func hints(f terminal.Frame) string { return f.Row(f.Height - 1) }
