package main

import (
	"cmp"
	"math"
	"slices"
)

// A summary is what the rounds say of one path at one concurrency. Each figure is the median by itself.
type summary struct {
	Type        string   `json:"type"` // "summary"
	Concurrency int      `json:"concurrency"`
	Path        string   `json:"path"`
	PerSecond   float64  `json:"per_second"`
	P50         float64  `json:"p50_us"`
	P99         float64  `json:"p99_us"`
	CPU         *float64 `json:"cpu_us,omitempty"`
	TotalCPU    *float64 `json:"cpu_total_us,omitempty"`
	Ratio       *spread  `json:"ratio,omitempty"` // of the requests per second to the two hops of the same round; nil without
	Failed      bool     `json:"failed"`
	title       string
}

// A spread is where figures lie.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// summarise sums results up: by concurrency, then by path.
func summarise(o options, results []result) []summary {
	var all []summary
	for _, n := range o.concurrency {
		base := cells(results, n, baseline)
		for _, way := range o.paths {
			own := cells(results, n, way.name)
			all = append(all, summary{
				Type: "summary", Concurrency: n, Path: way.name, title: way.title,
				PerSecond: *medianOf(own, func(r result) *float64 { return &r.PerSecond }),
				P50:       *medianOf(own, func(r result) *float64 { return &r.P50 }),
				P99:       *medianOf(own, func(r result) *float64 { return &r.P99 }),
				CPU:       medianOf(own, func(r result) *float64 { return r.CPU }),
				TotalCPU:  medianOf(own, func(r result) *float64 { return r.TotalCPU }),
				Ratio:     ratios(own, base),
				Failed:    slices.ContainsFunc(own, result.failed),
			})
		}
	}
	return all
}

// cells are the results of a path at a concurrency, by round.
func cells(results []result, n int, path string) []result {
	var found []result
	for _, r := range results {
		if r.Concurrency == n && r.Path == path {
			found = append(found, r)
		}
	}
	return found
}

// medianOf is the median of a figure; nil if a result hasn't got it.
func medianOf(results []result, figure func(result) *float64) *float64 {
	var figures []float64
	for _, r := range results {
		f := figure(r)
		if f == nil {
			return nil
		}
		figures = append(figures, *f)
	}
	m := median(figures)
	return &m
}

// ratios compares round by round; nil if there is nothing to compare with.
func ratios(own, base []result) *spread {
	if len(own) != len(base) {
		return nil
	}
	var all []float64
	for i := range own {
		if base[i].PerSecond == 0 {
			return nil
		}
		all = append(all, own[i].PerSecond/base[i].PerSecond)
	}
	return &spread{median(all), slices.Min(all), slices.Max(all)}
}

// median of figures, of which there must be one at least.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// quantile is the smallest of sorted that a part q of all doesn't exceed; zero of none.
func quantile[T cmp.Ordered](sorted []T, q float64) T {
	if len(sorted) == 0 {
		return *new(T)
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
