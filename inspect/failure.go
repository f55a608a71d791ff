package inspect

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// A Failure is why a request got no answer from the app: the status and words that its sender gets instead, and a code
// that machines can tell apart. docs/errors.md lists the codes.
type Failure struct {
	Status  int
	Code    string
	Message string
}

// Answer writes the failure as the response, with the code in the Hook-Error header and all of it as JSON. delivery is
// the delivery's id, if it got one. It gives how many bytes of a body that is.
func (f Failure) Answer(w http.ResponseWriter, delivery string) int64 {
	body, _ := json.Marshal(struct {
		Error    string `json:"error"`
		Message  string `json:"message"`
		Delivery string `json:"delivery,omitempty"`
	}{f.Code, f.Message, delivery})
	body = append(body, '\n')
	h := w.Header()
	h.Set("Hook-Error", f.Code)
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(f.Status)
	n, _ := w.Write(body)
	return int64(n)
}
