package relay_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// BenchmarkHold compares the deliveries of 2 KiB that are held in a second, each answered 202 once it is on the disk, with the
// writes of 2 KiB that the same disk syncs one after another. They take turns; the ratio is what counts.
func BenchmarkHold(b *testing.B) {
	_, inbox := withInbox(b, state.InboxLimits{Count: 1 << 30, Bytes: 1 << 40, Total: 1 << 40})
	h := startRelay(b, inbox)
	h.known("hold")
	body := bytes.Repeat([]byte("webhooks"), 256)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	hold := func() error {
		resp, err := client.Post(h.endpoint(), "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusAccepted {
			b.Errorf("answered %s", resp.Status)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	file, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	raw := func() error {
		if _, err := file.Write(body); err != nil {
			return err
		}
		return file.Sync()
	}
	var held, written float64
	for b.Loop() {
		written += perSecond(b, 1, raw)
		held += perSecond(b, 64, hold)
	}
	b.ReportMetric(written/float64(b.N), "raw/s")
	b.ReportMetric(held/float64(b.N), "held/s")
	b.ReportMetric(held/written, "ratio")
}

// perSecond is how often f is done in a second by that many at once.
func perSecond(b *testing.B, many int, f func() error) float64 {
	const turn = time.Second
	var n atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range many {
		all.Go(func() {
			for time.Since(began) < turn {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	all.Wait()
	return float64(n.Load()) / time.Since(began).Seconds()
}
