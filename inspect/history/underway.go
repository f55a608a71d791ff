package history

// maxUnderWay bounds what is remembered: an app that is never forwarded to leaves all its deliveries under way.
const maxUnderWay = 1 << 16

// An underWay remembers the deliveries that are under way in this instance, so that their attempts need not look up their
// numbers. It may know too few, but what it knows stays true: an id never gets another number.
type underWay struct {
	known map[string]mark
	lost  bool // that it knew all
}

// A mark is a delivery's number, and the change since which it has been under way.
type mark struct{ n, since int64 }

func (u *underWay) put(id string, n, since int64) {
	if len(u.known) >= maxUnderWay {
		u.known, u.lost = nil, true
	}
	if u.known == nil {
		u.known = make(map[string]mark)
	}
	if _, already := u.known[id]; !already {
		u.known[id] = mark{n, since}
	}
}

func (u *underWay) number(id string) (n int64, known bool) {
	m, known := u.known[id]
	return m.n, known
}

func (u *underWay) remove(id string) { delete(u.known, id) }

// since is the change before which nothing has been under way: end, if nothing is.
func (u *underWay) since(end int64) int64 {
	if u.lost {
		return 0
	}
	for _, m := range u.known {
		end = min(end, m.since)
	}
	return end
}
