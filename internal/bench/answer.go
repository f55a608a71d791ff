package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	contentLength = []byte("content-length:")

	errNoLength = errors.New("an answer without Content-Length")
)

// maxAnswer is the longest body of an answer that can be read, in bytes.
const maxAnswer = 1 << 20

// readAnswer reads one HTTP/1.1 response and says what is wrong with it, if anything, where its body should be want; after
// an error the connection can't be used any more. It reads no more of HTTP than the benchmark needs, as http.ReadResponse takes several times as long.
func readAnswer(r *bufio.Reader, want string) (wrong string, err error) {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	if !bytes.HasPrefix(status, statusOK) {
		wrong = fmt.Sprintf("answered %.60q", bytes.TrimSpace(status))
	}
	length, err := readFields(r)
	if err != nil {
		return "", err
	}
	if wrong == "" && length == len(want) {
		body, err := r.Peek(length)
		if string(body) != want {
			wrong = fmt.Sprintf("answered the body %q", body)
		}
		_, _ = r.Discard(len(body))
		return wrong, err
	}
	body := make([]byte, length)
	_, err = io.ReadFull(r, body)
	return fmt.Sprintf("%s with the body %.120q", wrong, body), err
}

// readFields reads the header, and returns the body's length.
func readFields(r *bufio.Reader) (length int, err error) {
	length = -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if n := len(contentLength); len(line) > n && bytes.EqualFold(line[:n], contentLength) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[n:]))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 || length > maxAnswer {
		return 0, errNoLength
	}
	return length, nil
}
