package replay

import "net/http"

// Head is the line and the fields of a request as a [Client] sends them, up to the empty line. A head that an app could
// read as more than one is an error.
func Head(r *http.Request) ([]byte, error) {
	h := new(heading)
	if err := h.write(r); err != nil {
		return nil, err
	}
	return h.bytes, nil
}
