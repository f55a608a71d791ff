//go:build race

package faults_test

// raced says that the race detector is at work, which takes memory of its own: what this binary uses is no measure then.
const raced = true
