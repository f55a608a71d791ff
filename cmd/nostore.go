package cmd

import (
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// noStoreFlag has the command write nothing of deliveries to the disk.
func noStoreFlag(f *pflag.FlagSet, to *bool) {
	f.BoolVar(to, "no-store", wantsNoStore(), "keep nothing of it in the history (HOOK_NO_STORE)")
	f.Lookup("no-store").DefValue = "false"
}

// wantsNoStore says whether HOOK_NO_STORE says so.
func wantsNoStore() bool {
	switch strings.ToLower(os.Getenv("HOOK_NO_STORE")) {
	case "", "0", "false", "no", "off":
		return false
	}
	return true
}
