package history

// limits are where finding changes its way.
type limits struct {
	arms    int // the most that a plan has; an arm costs a hundredth of a millisecond
	behind  int // how many changes the indexes may be behind for what is fresh to be looked through
	counted int // how many deliveries are counted to see which of two ways is the shorter

	found     int // so many deliveries, and no more, are rare
	fresh     int // so many that are not in the index are looked through as if they were rare
	entries   int // if the words for which a beginning stands occur no more than this, the index looks them up together
	terms     int // so many of them are looked up one by one
	pageTexts int // how many texts are read for one page, about
	texts     int // so many texts take longer than to look up any beginning
}

// usualLimits suit a million deliveries of some KiB.
func usualLimits() limits {
	return limits{
		arms: 300, behind: 20_000, counted: 4000, found: 5000, fresh: 1000, terms: 32, entries: 3000, pageTexts: 2000, texts: 4000,
	}
}
