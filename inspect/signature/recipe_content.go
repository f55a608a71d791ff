package signature

import (
	"bytes"
	"crypto/sha256"
	"net/http"
)

// ingredients are what the template signs of r, whose id is in a header or among the claims.
func (t template) ingredients(r Request, c claims, idHeader string) ([]Ingredient, bool) {
	var all []Ingredient
	for i := range t {
		one, ok := t[i].ingredient(r, c, idHeader)
		if !ok {
			return nil, false
		}
		if last := len(all) - 1; last >= 0 && one.Kind == IngredientText && all[last].Kind == IngredientText {
			all[last].Text += one.Text
		} else if one != (Ingredient{Kind: IngredientText}) {
			all = append(all, one)
		}
	}
	return all, true
}

func (p *part) ingredient(r Request, c claims, idHeader string) (Ingredient, bool) {
	simple := map[field]IngredientKind{
		fieldBody: IngredientBody, fieldBodyHash: IngredientBodyHash, fieldForm: IngredientForm, fieldTimestamp: IngredientTimestamp,
		fieldSecret: IngredientSecret, fieldMethod: IngredientMethod, fieldURL: IngredientURL, fieldPath: IngredientPath,
	}
	if kind, is := simple[p.field]; is {
		return Ingredient{Kind: kind}, true
	}
	switch p.field {
	case literal:
		return Ingredient{IngredientText, p.text}, true
	case fieldHeader:
		return Ingredient{IngredientHeader, p.text}, true
	case fieldID:
		if idHeader != "" {
			return Ingredient{IngredientHeader, idHeader}, true
		}
		return Ingredient{IngredientText, c.id}, true
	case fieldMember, fieldParameter, fieldBodyCRC, fieldComputed:
		return p.ofTheBody(r, c)
	default:
		return Ingredient{}, false
	}
}

// ofTheBody is the constant that a part makes of r's body, or the body if it is that. It is false if other things have a
// say, which a second request of the same body shows.
func (p *part) ofTheBody(r Request, c claims) (Ingredient, bool) {
	other := Request{
		Method: "OTHER", URL: "https://other.example/other%20path?other=1", Body: r.Body,
		Header: http.Header{"Content-Type": r.Header["Content-Type"]},
	}
	c.timestamp, c.secret = markTime, "a secret:of two"
	text := p.append(nil, r, c)
	sum := sha256.Sum256(text)
	if sha256.Sum256(p.append(nil, other, claims{timestamp: "1", id: "2", secret: "3"})) != sum {
		return Ingredient{}, false
	}
	if bytes.Equal(text, r.Body) {
		return Ingredient{Kind: IngredientBody}, true
	}
	return Ingredient{IngredientText, string(text)}, true
}
