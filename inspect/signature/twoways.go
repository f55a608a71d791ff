package signature

// twoWays is an hmacScheme whose provider has signed, or still signs, in a second way too. Requests are signed in the
// first.
type twoWays struct {
	hmacScheme
	second template
}

func (s *twoWays) try(r Request, c claims, secret string) (string, bool, error) {
	expected, ok, err := s.hmacScheme.try(r, c, secret)
	if ok || err != nil {
		return expected, ok, err
	}
	other := s.hmacScheme
	other.signs = s.second
	if got, ok, _ := other.try(r, c, secret); ok {
		return got, true, nil
	}
	return expected, false, nil
}
