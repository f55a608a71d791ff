package cmd

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// The next one, after Ctrl-C, is the one that was under way: not one of those that were read ahead of it.
func TestReplayNamesTheNext(t *testing.T) {
	asked := make(chan struct{}, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(app.Close)
	where, err := toURL(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	var all []*inspect.Delivery
	for n := range 2 * aheadMost {
		all = append(all, &inspect.Delivery{ID: fmt.Sprintf("d_%d", n), Method: http.MethodGet, Body: inspect.CaptureOf(nil)})
	}
	for range 50 { // the queue's both ends are told of it at once
		ctx, cancel := context.WithCancel(t.Context())
		p := place{streams: streams{out: new(bytes.Buffer), err: new(bytes.Buffer)}}
		r := &replaying{
			place: p, o: replayOptions{concurrency: 1}, originals: theseOriginals(all), judge: firstAnswers{}, asked: make(map[replay.Target]bool),
			replayer: &replayer{where: where},
		}
		r.report = r.newReport()
		ended := make(chan error, 1)
		go func() { ended <- r.run(ctx) }()
		<-asked
		cancel()
		if err := <-ended; err == nil || len(r.report.left) == 0 || r.report.left[0] != all[0].ID {
			t.Fatalf("got %v, with %q left, want %s first", err, r.report.left, all[0].ID)
		}
	}
}
