package replay

import "net/http"

// Head is the line and the fields of a request as a [Client] sends them, up to the empty line. A head that an app could
// read as more than one is an error.
func Head(r *http.Request) ([]byte, error) {
	if err := checkHead(r); err != nil {
		return nil, err
	}
	return appendHead(nil, r), nil
}
