package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
)

// The hidden first arguments with which the program plays a role.
const (
	roleApp   = "role:app"
	roleProxy = "role:proxy"
	roleLoad  = "role:load"
	roleLoss  = "role:loss"
	roleIdle  = "role:idle"
)

const answer = "ok" // the app's, to everything but uploads

// playApp is an app that reads each request and answers. It ends when its standard input does.
func playApp(string) error { return serve(app()) }

func app() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(uploadPath, answerUpload)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, answer) // so short that net/http sends its length
	})
	return mux
}

// playProxy is one hop to target. It ends when its standard input does.
func playProxy(target string) error {
	to, err := url.Parse(target)
	if err != nil {
		return err
	}
	return serve(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConnsPerHost: maxWorkers},
		ErrorLog:  log.New(io.Discard, "", 0),
	})
}

// serve answers on a free port of loopback until standard input ends, which it also does when the benchmark was killed.
func serve(h http.Handler) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: h}
	var watch sync.WaitGroup
	watch.Go(func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = srv.Close()
	})
	fmt.Printf(`{"type":"ready","url":"http://%s"}`+"\n", ln.Addr())
	err = srv.Serve(ln)
	watch.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
