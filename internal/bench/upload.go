package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// uploadPath is where the app answers with the number of bytes that it got.
	uploadPath = "/upload"

	// maxUpload is the relay's own limit, in bytes.
	maxUpload = 100 << 20

	// uploadPatience is how long one upload may take.
	uploadPatience = time.Minute
)

// upload has one worker upload again and again. The measured time begins and ends with an upload, so that there is no
// part of one in it.
func (o order) upload(w *worker) yield {
	parts := uploadParts(w.target, o.Upload)
	want := strconv.FormatInt(o.Upload, 10)
	w.upload(want, parts, o.Warmup)
	w.latencies = nil
	before, from := processorTimes(o.PIDs), time.Now()
	w.upload(want, parts, o.Duration)
	return yield{Seconds: time.Since(from).Seconds(), CPU: since(before, processorTimes(o.PIDs))}
}

// upload uploads at least once, and until the time is over. It ends early if the connection breaks.
func (w *worker) upload(want string, parts [][]byte, during time.Duration) {
	for end := time.Now().Add(during); ; {
		start := time.Now()
		_ = w.conn.SetDeadline(start.Add(uploadPatience))
		if !w.ask(want, parts...) {
			return
		}
		w.latencies = append(w.latencies, time.Since(start))
		if !time.Now().Before(end) {
			return
		}
	}
}

// uploadParts are the head and then the body of an upload, which share the memory of one part.
func uploadParts(target *url.URL, size int64) [][]byte {
	parts := [][]byte{fmt.Appendf(nil,
		"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n",
		target.RequestURI(), target.Host, size)}
	for part := make([]byte, 256<<10); size > 0; size -= int64(len(part)) {
		part = part[:min(int64(len(part)), size)]
		parts = append(parts, part)
	}
	return parts
}

// answerUpload is the app's answer: how many bytes there were.
func answerUpload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, strconv.FormatInt(n, 10))
}
