package export

import (
	"embed"
	"strings"
	"text/template"
)

// templates are the frames of the test files: what stands around the tests, and helpers for those that need them.
//
//go:embed templates
var templates embed.FS

const (
	goFile     = "webhook_test.go.tmpl"
	jsFile     = "webhook.test.mjs.tmpl"
	pythonFile = "test_webhook.py.tmpl"
)

// fill fills a frame. It panics on a wrong template, which every test would meet.
func fill(name string, data map[string]any) string {
	t := template.Must(template.New(name).ParseFS(templates, "templates/"+name))
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		panic(err)
	}
	return b.String()
}
