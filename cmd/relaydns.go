package cmd

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// dnsSays is how much of what --dns-command prints is shown, in bytes, when it fails: the end of it.
const dnsSays = 1 << 10

// dnsCommand runs the user's command for a TXT record: with add or remove, the record's name and its value. It ends with ctx.
func dnsCommand(command string) func(ctx context.Context, do, fqdn, value string) error {
	return func(ctx context.Context, do, fqdn, value string) error {
		name, args := "sh", []string{"-c", command + ` "$@"`, "sh", do, fqdn, value}
		if runtime.GOOS == "windows" { // none of the three has a character that its shell acts on
			name, args = "cmd", []string{"/c", strings.Join([]string{command, do, fqdn, value}, " ")}
		}
		var said []byte
		c, err := startChild(ctx, childOptions{name: name, args: args, out: func(line string) {
			said = append(append(said, strings.TrimSpace(line)...), '\n')
			said = said[max(0, len(said)-dnsSays):]
		}})
		if err != nil {
			return err
		}
		err = c.wait()
		words := inspect.Printable(strings.Join(strings.Split(strings.TrimSpace(string(said)), "\n"), " · "))
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			err = errors.New("it was ended, as it took too long")
		}
		if words == "" {
			return fmt.Errorf("%w; it printed nothing", err)
		}
		return fmt.Errorf("%w; it printed: %s", err, words)
	}
}
