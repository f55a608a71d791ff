package export

// codeFormats are those that developers put into their projects: tests and a description of the API.
func codeFormats() []Format {
	return []Format{
		{
			Name: "go", About: "tests for `go test` that send them to a handler, signed anew", Together: true,
			Extensions: []string{"_test.go", ".go"}, New: newTests(newGoTest),
		},
		{
			Name: "js", About: "the same for `node --test`", Together: true,
			Extensions: []string{".test.mjs", ".mjs", ".js"}, New: newTests(newJSTest),
		},
		{
			Name: "python", About: "the same for unittest and pytest", Together: true,
			Extensions: []string{"_test.py", ".py"}, New: newTests(newPyTest),
		},
		{
			Name: "openapi", About: "an OpenAPI 3.1 description of the webhooks: headers, bodies, answers", Together: true,
			Extensions: []string{".yaml", ".yml"}, New: newOpenAPI,
		},
	}
}
