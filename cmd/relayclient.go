package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

// A relayClient asks a relay's API.
type relayClient struct {
	client *http.Client
	base   string
	token  string // empty at the operator's socket
}

// A relayError is an answer that isn't what was asked for.
type relayError struct {
	status  int
	message string
}

func (e *relayError) Error() string { return e.message }

// afterNo is what to do about an error of call: otherwise, unless it is that the relay can't at the moment.
func afterNo(err error, otherwise string) string {
	if no, ok := errors.AsType[*relayError](err); ok && no.status == http.StatusServiceUnavailable {
		return "`hook-relay status` says how the relay stands, and its log says why"
	}
	return otherwise
}

// call asks, and reads the answer into out. An answer that says no is a *relayError.
func (c *relayClient) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+admin.Prefix+path, body)
	if err != nil {
		return err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		var said struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(answer, &said) != nil || said.Message == "" {
			said.Message = fmt.Sprintf("it answered %d, which no relay of this version does", resp.StatusCode)
		}
		return &relayError{resp.StatusCode, said.Message}
	}
	if json.Unmarshal(answer, out) != nil {
		return errors.New("what answers there is no relay, or not one of this version")
	}
	return nil
}

// operate calls do with the operator's access to the relay of this data folder: by the socket of the one that runs, else
// with the folder taken for that long. There must be one, unless o.makes.
func (o *relayOptions) operate(ctx context.Context, do func(*relayClient) error) error {
	socket := shortSocket(socketName(o.dataFolder()))
	c := &relayClient{base: "http://relay", client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
	defer c.client.CloseIdleConnections()
	if conn, err := net.Dial("unix", socket); err == nil {
		return errors.Join(do(c), conn.Close())
	}
	if dir := o.dataFolder(); !o.makes {
		if _, err := os.Stat(filepath.Join(dir, "format.json")); errors.Is(err, os.ErrNotExist) {
			return fail(exitFailed, "name the relay's own with --data, or start the relay once", "%s is no relay's data folder", dir)
		}
	}
	h, err := o.open(ctx, discardLog())
	if err != nil {
		return err
	}
	server, err := relay.New(relay.Config{PublicURL: "http://relay"}) // nobody is connected to it
	if err != nil {
		return errors.Join(err, h.close())
	}
	h.api.Serves(server)
	if err := h.listen(); err != nil {
		return errors.Join(err, h.close())
	}
	err = h.run(ctx, func(context.Context) error { return do(c) })
	return errors.Join(err, h.close())
}
