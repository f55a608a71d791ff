package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/pasted"
)

// A given is the text of a request that hook has not captured. At most one of its fields is set.
type given struct {
	file    string // of either form; "-" is standard input
	request string // @FILE, - or the raw request itself
	curl    string // @FILE, - or the command itself
	words   []string
}

// take finds out what the arguments are: an id, a file, or behind -- a curl command. Ids have no dot and no slash.
func (o *verifyOptions) take(args []string, dash int) error {
	if dash >= 0 {
		args, o.given.words = args[:dash], args[dash:]
	}
	id := false
	if len(args) > 0 {
		if args[0] == "" {
			return fail(exitUsage, "leave it out for the last one, or see whether a variable of the shell isn't set", "verify: the id is empty")
		}
		file, at := strings.CutPrefix(args[0], "@")
		if id = !at && args[0] != "-" && !strings.ContainsAny(args[0], `./\`); id {
			o.ref = args[0]
		} else {
			o.given.file = file
		}
	}
	sources, stdin := count(id), 0
	for _, source := range []string{o.given.file, o.given.request, o.given.curl, strings.Join(o.given.words, " ")} {
		sources += count(source != "")
		stdin += count(source == "-")
	}
	stdin += count(o.body == "-")
	for _, secret := range o.secrets {
		stdin += count(secret == "-" || strings.HasSuffix(secret, "=-"))
	}
	switch {
	case sources > 1:
		return fail(exitUsage, "an id, a FILE, --request, --curl or a command behind -- says which", "verify: that is more than one request")
	case stdin > 1:
		return fail(exitUsage, "give the others by @FILE, secrets by env:NAME too", "verify: standard input can be only one thing")
	}
	return nil
}

// isRequest says whether the flags give a request, and not how to judge a captured one.
func (o verifyOptions) isRequest() bool {
	return o.given.is() || o.ref == "" && (len(o.headers) > 0 || o.body != "" || o.url != "")
}

func (g given) is() bool { return g.file != "" || g.request != "" || g.curl != "" || len(g.words) > 0 }

// pipedText is what somebody at a terminal pipes in, nil if nothing.
func (s streams) pipedText() (io.Reader, error) {
	in, ok := s.in.(*os.File)
	if !ok || !isTerminal(s.out) {
		return nil, nil //nolint:nilnil // nothing is a good answer
	}
	info, err := in.Stat()
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 && !info.Mode().IsRegular() {
		return nil, nil //nolint:nilerr,nilnil // likewise
	}
	text, err := io.ReadAll(in)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return nil, err
	}
	return bytes.NewReader(text), nil
}

func runVerifyRequest(ctx context.Context, p place, o verifyOptions) error {
	provider, err := lookup(o.provider)
	if err != nil {
		return err
	}
	r, err := o.read(p)
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	request := signature.Request{Method: r.Method, URL: r.URL, Header: r.Header} // received now, for all that is known
	o.judgeAt(&request)
	if err := o.fetch(ctx, p, provider, request); err != nil {
		return err
	}
	if request.Body = found.body(request, provider, r.Bodies()); len(request.Body) < len(r.Body) {
		r.Notes = append(r.Notes, "the body was signed without the line break at the text's end, and is judged so")
	}
	f := found.explain(request, provider, inspect.CaptureOf(request.Body), forwardedURLs(request))
	f.notes = r.Notes
	switch {
	case f.result.Reason == signature.ReasonTimestampExpired && o.at == 0:
		f.why.Next = fmt.Sprintf("add --at %d to judge it as of when it was signed", f.result.Signed.Unix())
	case f.why.Mistake == signature.MistakeURL && o.url == "":
		f.why.Next = "add --url with the URL that it verifies for, if that is the one that is registered"
	}
	return p.verdict(o, f)
}

// read gives the request of the text, and what flags say in place of its parts.
func (o verifyOptions) read(p place) (*pasted.Request, error) {
	r, err := o.given.read(p)
	if err != nil {
		next := "`hook verify --help` shows examples; --body @FILE, --header and --url give parts in place of the text's"
		switch {
		case errors.Is(err, pasted.ErrShell):
			next = "put it behind --, and your shell does that: `hook verify -- curl …`"
		case errors.Is(err, pasted.ErrNeither):
			next = "a request begins like POST /path HTTP/1.1, a command with curl"
		}
		return nil, fail(exitUsage, next, "verify: %w", err)
	}
	header, err := parseHeaders(o.headers)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Method, r.URL = cmp.Or(o.method, r.Method, http.MethodPost), cmp.Or(o.url, r.URL)
	if r.URL == "" && o.given.is() {
		r.Notes = append(r.Notes, "the request names no host: --url gives its URL, which some providers sign")
	}
	if o.body == "" {
		return r, nil
	}
	body, err := readBody(o.body, p.in)
	return &pasted.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: body, Notes: r.Notes}, err
}

func (g given) read(p place) (*pasted.Request, error) {
	file := func(name string) ([]byte, error) {
		if name == "-" {
			return io.ReadAll(p.in)
		}
		return os.ReadFile(name)
	}
	text := func(source string) ([]byte, error) {
		name, isFile := strings.CutPrefix(source, "@")
		if isFile || source == "-" {
			return file(name)
		}
		return []byte(source), nil
	}
	var b []byte
	var err error
	switch {
	case g.file != "":
		if b, err = file(g.file); err == nil {
			return pasted.Parse(b, file)
		}
	case g.request != "":
		if b, err = text(g.request); err == nil {
			return pasted.Raw(b)
		}
	case g.curl != "":
		if b, err = text(g.curl); err == nil {
			return pasted.Curl(string(b), file)
		}
	case len(g.words) > 0:
		return pasted.CurlWords(g.words, file)
	}
	return &pasted.Request{Header: make(http.Header)}, err
}

// body is the one of several that the signature covers, the first if it covers none.
func (s *secrets) body(r signature.Request, provider *signature.Provider, bodies [][]byte) []byte {
	for _, r.Body = range bodies {
		_, _, res := s.judge(r, provider)
		switch res.Reason { //nolint:exhaustive // those of a good signature
		case signature.ReasonOK, signature.ReasonTimestampExpired, signature.ReasonTimestampFuture:
			return r.Body
		}
	}
	return bodies[0]
}

// forwardedURLs are those that a request may have been signed for in place of its own, as the text tells them: the one that
// a proxy on the way was asked for, and the same with the other scheme.
func forwardedURLs(r signature.Request) []string {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return nil
	}
	var urls []string
	for _, host := range []string{r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Original-Host"), u.Host} {
		for _, scheme := range []string{"https", "http"} {
			if other := scheme + "://" + host + u.RequestURI(); host != "" && other != r.URL {
				urls = append(urls, other)
			}
		}
	}
	return urls
}

func parseHeaders(lines []string) (http.Header, error) {
	h := make(http.Header)
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " \t") || strings.ContainsAny(value, "\r\n\x00") {
			return nil, fail(exitUsage, "a header is like -H 'X-Name: value'", "%q is no header", line)
		}
		h.Add(name, strings.TrimSpace(value))
	}
	return h, nil
}

// readBody reads @FILE or -; anything else is the body itself.
func readBody(source string, stdin io.Reader) ([]byte, error) {
	switch {
	case source == "-":
		return io.ReadAll(stdin)
	case strings.HasPrefix(source, "@"):
		b, err := os.ReadFile(source[1:])
		if err != nil {
			return nil, fail(exitUsage, "--body @FILE reads the body from FILE", "read the body: %w", err)
		}
		return b, nil
	}
	return []byte(source), nil
}
