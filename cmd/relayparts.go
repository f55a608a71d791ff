package cmd

// RelayParts are what hook-relay is made with beside this package: what would make hook itself larger and slower to start,
// as this package is in both.
type RelayParts struct{}
