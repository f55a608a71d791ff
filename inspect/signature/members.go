package signature

// memberThat is the name of the first member that fits of the object at a path in a JSON document; empty if there is none.
func memberThat(doc []byte, fits func(name string) bool, path ...string) string {
	s := jsonScanner{doc: doc[:min(len(doc), maxScan)]}
	for _, name := range path {
		if !s.enter(name) {
			return ""
		}
	}
	if s.next() != '{' {
		return ""
	}
	s.at++
	for s.next() == '"' {
		key, ok := s.text()
		if !ok || s.next() != ':' {
			return ""
		}
		if name := string(key); fits(name) {
			return fitting(name)
		}
		s.at++
		if !s.skip() || s.next() != ',' {
			return ""
		}
		s.at++
	}
	return ""
}

// memberText is a member of a JSON object as it is written; nil if it isn't there.
func memberText(doc []byte, name string) []byte {
	s := jsonScanner{doc: doc}
	if !s.enter(name) {
		return nil
	}
	s.next()
	start := s.at
	if !s.skip() {
		return nil
	}
	return doc[start:s.at]
}
