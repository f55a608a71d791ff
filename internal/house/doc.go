// Package house holds the test that keeps imports pointing the right way: see ARCHITECTURE.md.
package house
