package tui

import (
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// attemptsSheet is every attempt, the first on top, and what the delivery repeats.
func attemptsSheet(zone *time.Location, d *inspect.Delivery) *sheet {
	s := new(sheet)
	if len(d.Attempts) == 0 {
		s.add(words(faint, "not handed to the app yet"))
	}
	for i, a := range d.Attempts {
		if i > 0 {
			s.add(rich{})
		}
		s.addAll(attemptLines(zone, a)...)
		if a.Stages.Total > 0 {
			s.add(words(faint, stageWords(a.Stages)))
		}
	}
	if all := repeats(d); len(all) > 0 {
		s.add(rich{})
		for _, text := range all {
			line := words(plain, text)
			line.hang = 2
			s.add(line)
		}
		s.add(words(faint, "8 compares them"))
	}
	return s
}
