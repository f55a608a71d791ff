package inspect

import "net/http"

// PrettyBody is a whole body as lines to show: the first max of Render, without their classes.
func PrettyBody(contentType string, body []byte, max int) []string {
	h := http.Header{"Content-Type": {contentType}}
	var lines []string
	for _, line := range Render(h, CaptureOf(body), false).First(max) {
		lines = append(lines, line.String())
	}
	return lines
}
