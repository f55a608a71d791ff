package main

import (
	"github.com/seed-4575fdc3/hook/cmd"
	"github.com/seed-4575fdc3/hook/relay/metrics"
)

// measured is for Prometheus.
func measured() cmd.Metrics { return metrics.New(cmd.Version) }
