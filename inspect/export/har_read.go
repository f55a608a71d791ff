package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A harIn is an entry as any program may have written it.
type harIn struct {
	Started string `json:"startedDateTime"`
	Time    number `json:"time"`
	Request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Version  string    `json:"httpVersion"`
		Headers  []harPair `json:"headers"`
		PostData struct {
			MimeType    string     `json:"mimeType"`
			Text        string     `json:"text"`
			Encoding    string     `json:"encoding"` // as some have it, though HAR doesn't
			OwnEncoding string     `json:"_encoding"`
			Params      []harParam `json:"params"`
		} `json:"postData"`
		BodySize number `json:"bodySize"`
	} `json:"request"`
	Response struct {
		Status  number    `json:"status"`
		Headers []harPair `json:"headers"`
		Content struct {
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
		Error string `json:"_error"`
	} `json:"response"`
	Timings struct {
		Blocked number `json:"blocked"`
		DNS     number `json:"dns"`
		Connect number `json:"connect"`
		Send    number `json:"send"`
		Wait    number `json:"wait"`
		Receive number `json:"receive"`
	} `json:"timings"`
	Hook *Record `json:"_hook"`
}

type harParam struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	FileName string `json:"fileName"`
}

// A number is one that some write as a text, or not at all: 0 then.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil {
		*n = number(f)
	}
	return nil
}

// readHAR reads a HAR entry by entry. Only one is in memory.
func readHAR(in io.Reader, most int, yield yielder) error {
	bound := &bounded{in: in, most: most}
	d := json.NewDecoder(bound)
	h := &harReader{Decoder: d, bound: bound, yield: yield}
	err := h.object(func(key string) error {
		if key != "log" {
			return h.skip()
		}
		return h.object(func(key string) error {
			if key != "entries" {
				return h.skip()
			}
			return h.entries()
		})
	})
	switch {
	case errors.Is(err, errStop):
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", h.at(), worded(err))
	case !h.found:
		return errors.New("there is no log.entries in it, which a HAR has")
	}
	return nil
}

type harReader struct {
	*json.Decoder
	bound *bounded
	yield yielder
	found bool // log.entries is there
	entry int
}

func (h *harReader) at() string {
	if h.entry == 0 {
		return fmt.Sprintf("byte %d", h.InputOffset())
	}
	return fmt.Sprintf("entry %d", h.entry)
}

// object reads an object; value reads what is behind each key.
func (h *harReader) object(value func(key string) error) error {
	if err := h.delimiter('{'); err != nil {
		return err
	}
	for h.More() {
		h.bound.reset()
		key, err := h.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if err := value(name); err != nil {
			return err
		}
	}
	return h.delimiter('}')
}

func (h *harReader) entries() error {
	h.found = true
	if err := h.delimiter('['); err != nil {
		return err
	}
	for h.More() {
		h.bound.reset()
		h.entry++
		var raw json.RawMessage
		if err := h.Decode(&raw); err != nil {
			return err
		}
		f := Found{At: h.at()}
		f.readEntry(raw)
		if !h.yield(f) {
			return errStop
		}
	}
	return h.delimiter(']')
}

func (h *harReader) delimiter(want json.Delim) error {
	got, err := h.Token()
	if err == nil && got != want {
		err = fmt.Errorf("there is %v where %q is expected", got, rune(want))
	}
	return err
}

// maxSkipDepth is as deep as encoding/json goes.
const maxSkipDepth = 10000

// skip passes over a value token by token.
func (h *harReader) skip() error {
	for depth := 0; ; {
		h.bound.reset()
		token, err := h.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxSkipDepth {
				return errors.New("it is nested too deeply")
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// readEntry makes a delivery of an entry.
func (f *Found) readEntry(raw []byte) {
	var e harIn
	err := json.Unmarshal(raw, &e)
	odd, isOdd := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case e.Hook != nil && e.Hook.ID != "":
		if err == nil {
			f.Own = true
			f.Delivery, err = e.own()
		}
		f.Err = err
	case err != nil && !isOdd:
		f.Err = err
	default:
		if isOdd { // the rest is there
			f.note(fmt.Sprintf("%s is a %s, and left out", odd.Field, odd.Value))
		}
		f.Err = e.foreign(f)
	}
	if f.Err != nil {
		f.Delivery = nil
	}
}

// fromEntry is a text of an entry as a body has it.
func (b *Body) fromEntry(text, encoding string) {
	b.Text, b.Base64 = text, ""
	if encoding == encodingBase64 {
		b.Text, b.Base64 = "", text
	}
}

// unbase64 decodes base64 as people have it: with line breaks, and padded or not, of either alphabet.
func unbase64(text string) ([]byte, error) {
	text = strings.NewReplacer("\n", "", "\r", "", " ", "", "-", "+", "_", "/").Replace(text)
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}

// isHAR says whether an object begins as a HAR does.
func isHAR(begin []byte) bool {
	begin = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(begin), []byte("{")))
	return bytes.HasPrefix(begin, []byte(`"log"`))
}
