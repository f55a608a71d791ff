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
	Megabytes   *float64 `json:"mb_per_second,omitempty"`
	P50         float64  `json:"p50_us"`
	P99         float64  `json:"p99_us"`
	CPU         *float64 `json:"cpu_us,omitempty"`
	TotalCPU    *float64 `json:"cpu_total_us,omitempty"`
	Ratio       *spread  `json:"ratio,omitempty"` // of the requests per second to the baseline of the same round; nil without
	P50Ratio    *spread  `json:"p50_ratio,omitempty"`
	P99Ratio    *spread  `json:"p99_ratio,omitempty"`
	Failed      bool     `json:"failed"`
	title       string
}

// A spread is where figures lie.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf is where figures lie, of which there must be one at least.
func spreadOf(figures []float64) spread {
	return spread{median(figures), slices.Min(figures), slices.Max(figures)}
}

// The figures of a result that summaries have.
func perSecond(r result) *float64 { return &r.PerSecond }
func megabytes(r result) *float64 { return r.Megabytes }
func p50(r result) *float64       { return &r.P50 }
func p99(r result) *float64       { return &r.P99 }
func cpu(r result) *float64       { return r.CPU }
func totalCPU(r result) *float64  { return r.TotalCPU }

// summarise sums results up: by concurrency, then by path.
func summarise(o options, results []result) []summary {
	var all []summary
	for _, n := range o.concurrency {
		base := cells(results, n, o.baseline)
		for _, way := range o.paths {
			own := cells(results, n, way.name)
			all = append(all, summary{
				Type: "summary", Concurrency: n, Path: way.name, title: way.title,
				PerSecond: *medianOf(own, perSecond), Megabytes: medianOf(own, megabytes),
				P50: *medianOf(own, p50), P99: *medianOf(own, p99),
				CPU: medianOf(own, cpu), TotalCPU: medianOf(own, totalCPU),
				Ratio: ratios(own, base, perSecond), P50Ratio: ratios(own, base, p50), P99Ratio: ratios(own, base, p99),
				Failed: slices.ContainsFunc(own, result.failed),
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

// ratios compares a figure round by round; nil if there is nothing to compare with.
func ratios(own, base []result, figure func(result) *float64) *spread {
	if len(own) != len(base) {
		return nil
	}
	var all []float64
	for i := range own {
		to := *figure(base[i])
		if to == 0 {
			return nil
		}
		all = append(all, *figure(own[i])/to)
	}
	s := spreadOf(all)
	return &s
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
