//go:build !unix

package cmd

// notAnothers has nothing to refuse here.
func notAnothers(string) error { return nil }

// anothers never tells here.
func anothers(string) (at, owner string) { return "", "" }

// asUser is asked for no name here.
func asUser(string) string { return "" }

// mayWrite can't tell here before it is tried.
func mayWrite(string, bool) error { return nil }
