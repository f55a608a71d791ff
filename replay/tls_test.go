package replay_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/replay"
)

func TestAppWithTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Proto", r.Proto)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()

	for _, insecure := range []bool{true, false} {
		client := replay.NewClient(replay.ClientOptions{Insecure: insecure})
		defer client.CloseIdleConnections()
		f, d := &replay.Forwarder{Target: parse(t, srv.URL), Client: client}, newDelivery("POST", "")
		w, _ := serve(t, f, d, "hi")
		if insecure {
			wantAttempts(t, d, "1 answered 200\n")
			continue
		}
		wantFailure(t, w, http.StatusBadGateway, "app_unreachable")
		wantAttempts(t, d, "1 unreachable 0\n")
		if !strings.Contains(d.Last().Err, "certificate") {
			t.Errorf("got %q, want something of the certificate", d.Last().Err)
		}
	}
}

func TestAppWithoutTLS(t *testing.T) {
	a := answering(t, ok)
	a.target.Scheme = "https"
	d := newDelivery("POST", "")
	w, _ := serve(t, a.forwarder(t), d, "")
	wantFailure(t, w, http.StatusBadGateway, "app_unreachable")
	wantAttempts(t, d, "1 unreachable 0\n")
}

func TestPlainAppUnderHTTPS(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	f := (&app{target: parse(t, strings.Replace(plain.URL, "http:", "https:", 1))}).forwarder(t)
	d := newDelivery("POST", "")
	w, _ := serve(t, f, d, "")
	if wantFailure(t, w, http.StatusBadGateway, "app_unreachable"); !strings.Contains(d.Last().Err, "http://") {
		t.Errorf("got %q, want it to name http://", d.Last().Err)
	}
}
