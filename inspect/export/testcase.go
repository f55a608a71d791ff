package export

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A language writes test files: what is the same in all of them is here.
type language interface {
	// signer is a function that signs as a recipe says. Its text tells whether two deliveries can share one.
	signer(name string, s signing) string
	// test is one delivery's.
	test(c testCase) string
	// file puts them together.
	file(base string, signers, tests []string) string
	// name of a test, of words in ASCII letters and digits, or of a text in ASCII.
	name(words []string, title string) string
	// function is a function's name of words.
	function(words []string) string
}

// A testCase is a delivery as a test sends it.
type testCase struct {
	name     string // unique in the file
	comments []string
	method   string
	path     string // of the URL, with the query
	fields   [][2]string
	body     []byte // with a recipe's marks
	sign     string // the function; empty if it is sent as it was
	signing  signing
}

// A signing is how a test signs.
type signing struct {
	title    string // of the provider
	variable string // of the environment, that usually holds the secret
	recipe   signature.Recipe
}

// tests gathers test cases and writes the file at the end, which says first what all of them need.
type tests struct {
	w       io.Writer
	options Options
	to      language

	base    string
	cases   []string
	signers []string
	named   map[string]string // functions by their text
	taken   map[string]int    // how often a name was wanted
}

func newTests(to func() language) func(w io.Writer, o Options) Encoder {
	return func(w io.Writer, o Options) Encoder {
		return &tests{w: w, options: o, to: to(), named: make(map[string]string), taken: make(map[string]int)}
	}
}

func (t *tests) Add(d *inspect.Delivery) error {
	if !d.Body.Complete {
		return errors.New("its body was not kept whole, so a test can't send it")
	}
	at, err := t.options.place(d)
	if err != nil {
		return err
	}
	if err := checkRequest(d, at.URL); err != nil {
		return err
	}
	if name, ok := unsendable(d.Header); ok {
		return fmt.Errorf("the header %s has a control character in it, which test clients don't send", name)
	}
	c := testCase{name: t.unique(t.to.name(wordsOf(d), titleOf(d))), comments: t.comments(d), method: d.Method, body: d.Body.Bytes}
	var base string
	base, c.path = cutURL(at.URL)
	t.base = cmp.Or(t.base, base)
	c.fields = testFields(d.Header)
	if provider := signature.Lookup(d.Provider); provider != nil {
		t.sign(&c, d, provider)
	} else {
		c.comments = append(c.comments, "hook does not know who sends this, so it is sent as it came.")
	}
	t.cases = append(t.cases, t.to.test(c))
	return nil
}

func (t *tests) Close() error {
	_, err := io.WriteString(t.w, t.to.file(cmp.Or(t.base, "http://localhost:3000"), t.signers, t.cases))
	return err
}

// sign makes c one that is signed anew, if data can say how.
func (t *tests) sign(c *testCase, d *inspect.Delivery, p *signature.Provider) {
	recipe, ok := p.Recipe(d.Signed())
	if !ok {
		c.comments = append(c.comments, unsignedNotes(d, p)...)
		return
	}
	if recipe.Body != nil {
		c.body = recipe.Body
	}
	c.fields = slices.DeleteFunc(c.fields, func(f [2]string) bool {
		return slices.Contains(recipe.Stale, f[0]) || slices.ContainsFunc(recipe.Headers, placed(f[0])) ||
			slices.ContainsFunc(recipe.Also, func(r signature.Recipe) bool { return slices.ContainsFunc(r.Headers, placed(f[0])) })
	})
	for _, place := range recipe.Query {
		c.path = withoutParameter(c.path, place.Name)
	}
	constants := func(at signature.Place) bool {
		return !slices.ContainsFunc(at.Value, func(i signature.Ingredient) bool { return i.Kind != signature.IngredientText })
	}
	for _, at := range recipe.Headers {
		if constants(at) {
			c.fields = append(c.fields, [2]string{at.Name, constant(at)})
		}
	}
	slices.SortStableFunc(c.fields, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	recipe.Headers = slices.DeleteFunc(recipe.Headers, constants)
	c.signing = signing{title: ascii(p.Title), variable: variableOf(p), recipe: recipe}
	c.sign = t.signer(p.Name, c.signing)
}

func placed(name string) func(signature.Place) bool {
	return func(at signature.Place) bool { return at.Name == name }
}

func constant(at signature.Place) string {
	var b strings.Builder
	for _, part := range at.Value {
		b.WriteString(part.Text)
	}
	return b.String()
}

// signer is the function that signs so: an earlier one if there is one of the same text.
func (t *tests) signer(provider string, s signing) string {
	const placeholder = "\x00name"
	s.recipe.Sample, s.recipe.Other = "", ""
	text := t.to.signer(placeholder, s)
	if name, known := t.named[text]; known {
		return name
	}
	name := t.unique(t.to.function([]string{"sign", provider}))
	t.named[text] = name
	t.signers = append(t.signers, strings.ReplaceAll(text, placeholder, name))
	return name
}

// unique is the name with a number behind it if it is taken.
func (t *tests) unique(name string) string {
	for {
		t.taken[name]++
		n := t.taken[name]
		if n == 1 {
			return name
		}
		if numbered := name + "_" + strconv.Itoa(n); t.taken[numbered] == 0 {
			t.taken[numbered]++
			return numbered
		}
	}
}

// comments say what people should know of the delivery.
func (t *tests) comments(d *inspect.Delivery) []string {
	lines := []string{strings.TrimPrefix(ascii(about(d)), commentMark+" ")}
	switch a := d.Last(); {
	case a == nil || a.Outcome == inspect.OutcomePending:
	case a.Response == nil:
		lines = append(lines, "The app gave no answer when this was captured ("+ascii(string(a.Outcome))+").")
	case a.Response.Status < 200 || a.Response.Status > 299:
		lines = append(lines, fmt.Sprintf("The app answered %d when this was captured: that is the bug to fix.", a.Response.Status))
	}
	return lines
}

// unsignedNotes say what to do where a test can't sign.
func unsignedNotes(d *inspect.Delivery, p *signature.Provider) []string {
	title := ascii(p.Title)
	if !p.CanSign() {
		return []string{title + " signs nothing, so it is sent as it came."}
	}
	lines := []string{
		title + " signs this in a way that only it can (a private key, or a scheme of its own),",
		"so it is sent with the signature that it came with.",
	}
	if d.Masked {
		lines = append(lines, "That can't match, as secrets are masked: export it with --reveal, or switch the verification off here.")
	}
	if age := p.Tolerance(); age > 0 {
		lines = append(lines, fmt.Sprintf("It is refused when it is older than %s: set the app's clock to %s, or switch the verification off here.",
			age, d.ReceivedAt.UTC().Format(time.RFC3339)))
	}
	return lines
}
