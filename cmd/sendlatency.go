package cmd

import (
	"math"
	"time"
)

// Latencies count durations in classes that are 2% wide, so that many need no more room than few. The zero value is ready.
type latencies struct {
	classes [1024]int // the last takes whatever is longer
	n       int
	longest time.Duration
}

const (
	shortest    = time.Microsecond // what is shorter counts as that
	perDoubling = 35               // classes
)

func (l *latencies) add(d time.Duration) {
	class := int(math.Log2(float64(max(d, shortest))/float64(shortest)) * perDoubling)
	l.classes[min(class, len(l.classes)-1)]++
	l.n++
	l.longest = max(l.longest, d)
}

func (l *latencies) merge(other *latencies) {
	for class, n := range other.classes {
		l.classes[class] += n
	}
	l.n += other.n
	l.longest = max(l.longest, other.longest)
}

// percentile is the duration that so many of a hundred were not longer than: exact to 2%; 0 if there were none.
func (l *latencies) percentile(p float64) time.Duration {
	want := int(math.Ceil(p / 100 * float64(l.n)))
	for class, n := range l.classes {
		if want -= n; want <= 0 && n > 0 && class < len(l.classes)-1 {
			return min(l.longest, time.Duration(float64(shortest)*math.Exp2(float64(class+1)/perDoubling)))
		}
	}
	return l.longest
}
