package faults_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// An app answers as the path that it is asked for says: see its handlers. What it isn't told otherwise it echoes.
type app struct {
	addr  string
	begun chan string // the id of each delivery that waits in hold, silent or stall
	let   chan struct{}
	once  sync.Once
	mux   *http.ServeMux

	mu   sync.Mutex
	seen map[attempt]int
	log  []string // the ids, as they came
}

// An attempt is one try at a delivery, as hook numbers them.
type attempt struct {
	delivery string
	number   int
}

func startApp(t testing.TB) *app {
	t.Helper()
	a := &app{
		begun: make(chan string, 4096), let: make(chan struct{}),
		mux: http.NewServeMux(), seen: make(map[attempt]int),
	}
	a.mux.HandleFunc("/", echo)
	a.mux.HandleFunc("/sink", sink)
	a.mux.HandleFunc("/source", source)
	a.mux.HandleFunc("/crash", func(w http.ResponseWriter, _ *http.Request) { crash(w) })
	a.mux.HandleFunc("/hold", a.hold)
	a.mux.HandleFunc("/silent", a.silent)
	a.mux.HandleFunc("/stall", a.stall)
	a.addr = startHTTP(t, a.serve)
	t.Cleanup(a.letAll) // before the server stops, which waits
	return a
}

// startHTTP serves on loopback until the test ends, and waits for its handlers.
func startHTTP(t testing.TB, handle http.HandlerFunc) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	server := &http.Server{ReadHeaderTimeout: time.Minute}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		handle(w, r)
	})
	running.Go(func() { _ = server.Serve(ln) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	return ln.Addr().String()
}

func (a *app) serve(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("Hook-Delivery")
	number, _ := strconv.Atoi(r.Header.Get("Hook-Attempt"))
	a.mu.Lock()
	a.seen[attempt{id, number}]++
	a.log = append(a.log, id)
	a.mu.Unlock()
	a.mux.ServeHTTP(w, r)
}

// attempts is how often each came.
func (a *app) attempts() map[attempt]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.seen)
}

// asked is how many requests came.
func (a *app) asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.log)
}

// letAll lets all that wait in hold go on, now and later.
func (a *app) letAll() { a.once.Do(func() { close(a.let) }) }

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// sink takes any body, and answers with its length.
func sink(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err == nil {
		_, _ = fmt.Fprint(w, n)
	}
}

// source answers with as many bytes as the query n says.
func source(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	_, _ = io.CopyN(w, zeros{}, n)
}

// crash closes the connection without a word.
func crash(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// sayRaw answers with these very bytes, and closes the connection.
func sayRaw(w http.ResponseWriter, answer string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = io.WriteString(conn, answer)
		_ = conn.Close()
	}
}

// hold answers when it is let.
func (a *app) hold(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	a.begun <- r.Header.Get("Hook-Delivery")
	select {
	case <-a.let:
		_, _ = io.WriteString(w, "held")
	case <-r.Context().Done():
	}
}

// silent never answers.
func (a *app) silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	a.begun <- r.Header.Get("Hook-Delivery")
	<-r.Context().Done()
}

// stall doesn't read the body before it is let.
func (a *app) stall(w http.ResponseWriter, r *http.Request) {
	a.begun <- r.Header.Get("Hook-Delivery")
	<-a.let
	sink(w, r)
}

// zeros are bytes without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
