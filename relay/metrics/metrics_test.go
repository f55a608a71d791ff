package metrics_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/metrics"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// scrape reads what Prometheus would.
func scrape(t testing.TB, m *metrics.Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("status %d: %v", w.Code, err)
	}
	return families
}

// value is one series' value; labels are "name=value". A histogram's is how often it observed.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) (float64, bool) {
	for _, m := range families[name].GetMetric() {
		var has []string
		for _, l := range m.GetLabel() {
			has = append(has, l.GetName()+"="+l.GetValue())
		}
		if !slices.Equal(has, labels) {
			continue
		}
		switch {
		case m.Histogram != nil:
			return float64(m.Histogram.GetSampleCount()), true
		case m.Counter != nil:
			return m.Counter.GetValue(), true
		}
		return m.Gauge.GetValue(), true
	}
	return 0, false
}

func want(t *testing.T, families map[string]*dto.MetricFamily, n float64, name string, labels ...string) {
	t.Helper()
	if got, ok := value(families, name, labels...); !ok || got != n {
		t.Errorf("%s%v is %v (%v), want %v", name, labels, got, ok, n)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	m := metrics.New("0.0.1")
	for _, v := range []relay.Seen{
		{Outcome: relay.Answered, Status: 200, In: 10, Out: 4, Opened: time.Millisecond, Head: 30 * time.Millisecond, Took: 40 * time.Millisecond},
		{Outcome: relay.Answered, Status: 502, Code: "app_refused", In: 10, Opened: time.Millisecond, Head: time.Millisecond, Took: time.Millisecond},
		{Outcome: relay.Answered, Status: 101, Opened: 1, Head: 1, Took: time.Hour}, // a websocket
		{Outcome: relay.Refused, Status: 404, Code: "endpoint_unknown", Took: time.Microsecond},
		{Outcome: relay.Kept, Status: 202, In: 5, Out: 40, Took: 3 * time.Millisecond},
		{Outcome: relay.Broken, Took: time.Second},
		{Outcome: relay.Failed, Status: 599, Code: "made_up_by_a_listener", Took: time.Second},
		{Outcome: "to come", Status: 9999, In: -1},
	} {
		m.Seen(&v)
	}
	m.TurnedAway(wire.CodeNameTaken)
	m.TurnedAway("made up")
	all := scrape(t, m)
	want(t, all, 2, "hook_relay_requests_total", "code=", "outcome=answered")
	want(t, all, 1, "hook_relay_requests_total", "code=app_refused", "outcome=answered")
	want(t, all, 1, "hook_relay_requests_total", "code=endpoint_unknown", "outcome=refused")
	want(t, all, 1, "hook_relay_requests_total", "code=", "outcome=held")
	want(t, all, 1, "hook_relay_requests_total", "code=other", "outcome=failed")
	want(t, all, 1, "hook_relay_requests_total", "code=other", "outcome=other")
	want(t, all, 0, "hook_relay_requests_total", "code=", "outcome=challenge")
	want(t, all, 2, "hook_relay_responses_total", "status=none")
	want(t, all, 2, "hook_relay_responses_total", "status=2xx")
	want(t, all, 2, "hook_relay_responses_total", "status=5xx")
	want(t, all, 25, "hook_relay_body_bytes_total", "direction=in")
	want(t, all, 44, "hook_relay_body_bytes_total", "direction=out")
	want(t, all, 3, "hook_relay_request_seconds", "stage=opened")
	want(t, all, 3, "hook_relay_request_seconds", "stage=head")
	want(t, all, 6, "hook_relay_request_seconds", "stage=whole")
	want(t, all, 1, "hook_relay_claims_refused_total", "reason=name_taken")
	want(t, all, 1, "hook_relay_claims_refused_total", "reason=other")
	if n, ok := value(all, "go_goroutines"); !ok || n < 1 {
		t.Errorf("there are %v goroutines, it says", n)
	}
	if n, ok := value(all, "hook_relay_tunnels"); ok {
		t.Errorf("there are %v tunnels of no relay", n)
	}
}

// Whatever strangers send, there are only so many series.
func TestSeriesAreBounded(t *testing.T) {
	m := metrics.New("0.0.1")
	for n := range 5000 {
		m.Seen(&relay.Seen{
			Endpoint: fmt.Sprint("otter-", n), Remote: fmt.Sprint("192.0.2.", n), Path: fmt.Sprint("/", n), Method: fmt.Sprint("M", n), Delivery: fmt.Sprint("d_", n),
			Outcome: relay.Outcome(fmt.Sprint("o", n)), Code: fmt.Sprint("c", n), Status: n, In: int64(n), Took: time.Duration(n),
		})
		m.Seen(&relay.Seen{Outcome: relay.Failed, Code: fmt.Sprint("c", n)})
		m.TurnedAway(wire.Code(fmt.Sprint("r", n)))
	}
	series := 0
	for name, family := range scrape(t, m) {
		if strings.HasPrefix(name, "hook_") {
			series += len(family.GetMetric())
		}
	}
	if series > 100 {
		t.Errorf("there are %d series", series)
	}
}

func TestFiguresAreReadAtAScrape(t *testing.T) {
	m := metrics.New("0.0.1")
	f := admin.Figures{Ready: true, InFlight: 3, Tunnels: 100, Names: 1000, Tokens: 7}
	f.Inbox = admin.Inboxes{Endpoints: 2, Waiting: 5, Dead: 1, Bytes: 4096, Oldest: time.Now().Add(-time.Minute)}
	f.Certificate = time.Unix(1_900_000_000, 0)
	m.Watch(func() admin.Figures { return f }, func() uint64 { return 12 })
	all := scrape(t, m)
	for name, n := range map[string]float64{
		"ready": 1, "draining": 0, "requests_in_flight": 3, "tunnels": 100, "names": 1000, "tokens": 7, "inbox_endpoints": 2, "inbox_bytes": 4096,
		"certificate_expiry_timestamp_seconds": 1_900_000_000, "access_log_dropped_total": 12,
	} {
		want(t, all, n, "hook_relay_"+name)
	}
	want(t, all, 5, "hook_relay_inbox_deliveries", "state=waiting")
	want(t, all, 1, "hook_relay_inbox_deliveries", "state=dead")
	if age, _ := value(all, "hook_relay_inbox_oldest_seconds"); age < 60 || age > 300 {
		t.Errorf("the oldest is %v s old", age)
	}
	if len(all["hook_relay_build_info"].GetMetric()) != 1 {
		t.Error("it doesn't say which version it is")
	}
	f = admin.Figures{}
	all = scrape(t, m)
	want(t, all, 0, "hook_relay_ready")
	want(t, all, 0, "hook_relay_inbox_oldest_seconds")
	if _, ok := value(all, "hook_relay_certificate_expiry_timestamp_seconds"); ok {
		t.Error("a relay without a certificate has one that expires")
	}
}

// Every code that the relay's source has gets a series of its own, and so does every one in docs/errors.md.
func TestCodesAreKnown(t *testing.T) {
	codes := make(map[string]bool)
	set := token.NewFileSet()
	sources, err := fs.Glob(os.DirFS(".."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, "../"+name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "fail" {
				if lit, ok := call.Args[1].(*ast.BasicLit); ok {
					code, _ := strconv.Unquote(lit.Value)
					codes[code] = true
				}
			}
			return true
		})
	}
	if len(codes) < 10 {
		t.Fatalf("the source has %v: is it still called fail?", slices.Sorted(maps.Keys(codes)))
	}
	docs, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(docs)) {
		if cells := strings.Split(line, "|"); len(cells) > 4 {
			if code := strings.TrimSpace(cells[2]); code != "code" && !strings.HasPrefix(code, "-") {
				codes[code] = true
			}
		}
	}
	m := metrics.New("0.0.1")
	for code := range codes {
		m.Seen(&relay.Seen{Outcome: relay.Failed, Code: code})
	}
	all := scrape(t, m)
	for code := range codes {
		want(t, all, 1, "hook_relay_requests_total", "code="+code, "outcome=failed")
	}
}

// Scrapes and requests go on at once.
func TestAtOnce(t *testing.T) {
	m := metrics.New("0.0.1")
	m.Watch(func() admin.Figures { return admin.Figures{Ready: true} }, nil)
	var wg sync.WaitGroup
	const each = 500
	for range 4 {
		wg.Go(func() {
			for range each {
				m.Seen(&relay.Seen{Outcome: relay.Failed, Code: "tunnel_lost", Status: 502, Took: time.Millisecond})
			}
		})
	}
	for range 20 {
		scrape(t, m)
	}
	wg.Wait()
	want(t, scrape(t, m), 4*each, "hook_relay_requests_total", "code=tunnel_lost", "outcome=failed")
}

func BenchmarkSeen(b *testing.B) {
	m := metrics.New("0.0.1")
	v := relay.Seen{
		Endpoint: "quiet-otter", Delivery: "d_abcdefghijkl", Remote: "192.0.2.1", Method: "POST", Path: "/x", Outcome: relay.Answered, Status: 200,
		In: 2048, Out: 17, Opened: 80 * time.Microsecond, Head: 900 * time.Microsecond, Took: time.Millisecond,
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Seen(&v)
		}
	})
}
