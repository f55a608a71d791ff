package history

// limits are where finding changes its way.
type limits struct {
	arms    int // the most that a plan has; an arm costs a hundredth of a millisecond
	behind  int // how many changes the indexes may be behind for what is fresh to be looked through
	counted int // how many deliveries are counted to see which of two ways is the shorter

	found     int // so many deliveries, and no more, are rare
	fresh     int // so many that are not in the index are looked through as if they were rare
	terms     int // so many words of the index for which a beginning stands are looked up one by one
	entries   int // if there are more words, but they occur no more than this, the index looks them up together
	pageTexts int // how many texts are read for one page, about
	texts     int // so many texts take longer than to look up any beginning
}

// usualLimits suit a million deliveries of some KiB.
func usualLimits() limits {
	return limits{
		arms: 300, behind: 40_000, counted: 4000, found: 5000, fresh: 1000, terms: 64, entries: 20_000, pageTexts: 2000, texts: 5000,
	}
}
