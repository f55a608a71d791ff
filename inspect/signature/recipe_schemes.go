package signature

import (
	"bytes"
	"slices"
)

// recipeOf finds the data in a scheme.
func recipeOf(s scheme, r Request) (Recipe, bool) {
	switch s := s.(type) {
	case *hmacScheme:
		return s.recipe(r)
	case *twoWays:
		if made, ok := s.recipe(r); ok {
			return made, true
		}
		other := s.hmacScheme
		other.signs = s.second
		return other.recipe(r)
	case *cloudinaryScheme:
		return s.of(r).recipe(r)
	case *urlBound:
		return s.recipe(r)
	case *adyenScheme:
		return s.recipe(r)
	case *hubSpotScheme:
		return recipeOf(s.oneOf, r)
	case oneOf:
		c, _ := s.read(r)
		return recipeOf(s[c.which], r)
	case *bySecret:
		c, reason := s.read(r)
		if reason == ReasonMissing {
			return recipeOf(s.usual(), r)
		}
		return recipeOf(s.schemes[c.which], r)
	case *tokenScheme:
		return s.recipe(r)
	case *urlToken:
		return s.recipe(), true
	default:
		return Recipe{}, false
	}
}

// recipe signs r with marks for what is not known yet, and looks where they are.
func (s *hmacScheme) recipe(r Request) (Recipe, bool) {
	made := Recipe{Digest: s.digest.name, Keyed: !s.digest.plain, Encoding: encodingOf(s.encoding)}
	var known bool
	if made.Key, known = s.secret.keyForm(); !known || made.Encoding == "" {
		return Recipe{}, false
	}
	if made.Time, known = s.clock.form(); !known {
		return Recipe{}, false
	}
	made.secrets(s.secret)
	c, _ := s.carrier.read(r)
	if c.id == "" && s.signs.has(fieldID) {
		c.id = markID
	}
	if c.timestamp = ""; made.Time != TimeNone {
		c.timestamp = markTime
	}
	marked := r
	marked.Header = r.Header.Clone()
	if s.carrier.stamp(&marked, c) != nil || s.carrier.put(&marked, c, s.carrier.label()+markSignature) != nil {
		return Recipe{}, false
	}
	if !made.places(r, marked, s.headers()) {
		return Recipe{}, false
	}
	if made.Content, known = s.signs.ingredients(r, c, s.idHeader(r, c)); !known {
		return Recipe{}, false
	}
	for _, other := range s.also {
		further, ok := recipeOf(other, r)
		if !ok {
			return Recipe{}, false
		}
		made.Also = append(made.Also, further)
	}
	return made, true
}

// idHeader is the header that the id stands in; empty if it is elsewhere.
func (s *hmacScheme) idHeader(r Request, c claims) string {
	r.Header, c.id = r.Header.Clone(), markID
	if s.carrier.stamp(&r, c) != nil {
		return ""
	}
	for name, values := range r.Header {
		if len(values) == 1 && values[0] == markID {
			return name
		}
	}
	return ""
}

// recipe is for a URL that is signed with a form, or that carries the hash of any other body.
func (s *urlBound) recipe(r Request) (Recipe, bool) {
	bound := s.hmacScheme
	hashed := s.hashesBody && (hashesTheBody(r.URL) || len(r.Body) > 0 && !isForm(r.Header))
	if hashed {
		bound.signs = slices.DeleteFunc(slices.Clone(s.signs), func(p part) bool { return p.field == fieldForm })
	}
	made, ok := bound.recipe(r)
	if ok && hashed {
		made.Query = append(made.Query, Place{bodyHash, []Ingredient{{Kind: IngredientBodyHash}}})
	}
	return made, ok
}

// recipe is for a body with one item, which is all that Adyen sends, or for one that is signed as a whole.
func (s *adyenScheme) recipe(r Request) (Recipe, bool) {
	items, ok := adyenItems(r.Body)
	if !ok {
		return s.body.recipe(r)
	}
	before, after, _ := bytes.Cut(r.Body, items[0])
	r.Body = items[0]
	made, ok := s.item.recipe(r)
	made.Body = slices.Concat(before, made.Body, after)
	return made, ok && len(items) == 1
}

// recipe of a token: what is sent is the secret itself.
func (s *tokenScheme) recipe(r Request) (Recipe, bool) {
	made := Recipe{Content: []Ingredient{{Kind: IngredientSecret}}, Key: KeyText, Encoding: EncodingText}
	if s.basic {
		made.Encoding = EncodingBase64
	}
	made.secrets(s.secret)
	marked := r
	marked.Header = r.Header.Clone()
	if s.at.set(&marked, s.before+markSignature) != nil {
		return Recipe{}, false
	}
	return made, made.places(r, marked, s.headers())
}

func (s *urlToken) recipe() Recipe {
	made := Recipe{
		Content: []Ingredient{{Kind: IngredientSecret}}, Key: KeyText, Encoding: EncodingText,
		Query: []Place{{s.name, []Ingredient{{Kind: IngredientSignature}}}},
	}
	made.secrets(secretForm{})
	return made
}
