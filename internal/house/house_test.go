package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/seed-4575fdc3/hook/"

// mayImport says for each room which others it may open the door to. What is not listed, it may not.
var mayImport = map[string][]string{
	"cmd/hook":              {"cmd"},
	"cmd/hook-relay":        {"cmd", "relay/cert", "relay/metrics"},
	"cmd":                   {"tui", "relay", "relay/admin", "relay/state", "relay/tunnel", "relay/wire", "replay", "fixtures", "inspect", "inspect/signature", "inspect/history", "inspect/filter", "inspect/diff", "inspect/export", "internal/filelock", "internal/latest", "internal/pasted"},
	"tui":                   {"inspect", "inspect/signature", "inspect/diff"},
	"relay":                 {"relay/wire", "inspect", "inspect/signature", "internal/httptext"},
	"relay/tunnel":          {"relay/wire", "inspect", "inspect/signature", "internal/latest"},
	"relay/wire":            {"internal/httptext"},
	"relay/state":           {"relay", "relay/wire", "internal/filelock"},
	"relay/admin":           {"relay", "relay/state", "relay/wire", "inspect"},
	"relay/cert":            {"inspect"},
	"relay/metrics":         {"relay", "relay/admin", "relay/wire"},
	"replay":                {"inspect", "inspect/signature", "internal/httptext"},
	"fixtures":              {"inspect", "inspect/signature"},
	"inspect":               {"inspect/signature"},
	"inspect/signature":     {},
	"inspect/filter":        {"inspect", "inspect/signature"},
	"inspect/diff":          {"inspect", "inspect/signature"},
	"inspect/export":        {"inspect", "inspect/signature", "internal/httptext", "internal/pasted"},
	"inspect/history":       {"inspect", "inspect/signature", "internal/filelock"},
	"internal/bench":        {"inspect", "inspect/history", "inspect/signature", "relay/tunnel"},
	"internal/differential": {},
	"internal/faults":       {},
	"internal/filelock":     {},
	"internal/house":        {},
	"internal/httptext":     {},
	"internal/latest":       {},
	"internal/leaks":        {},
	"internal/oracles":      {},
	"internal/oracles/acme": {},
	"internal/pasted":       {"internal/httptext"},
	"internal/picture":      {"internal/terminal"},
	"internal/providersdoc": {"inspect/signature"},
	"internal/terminal":     {},
}

// onlyIn says which rooms may use a heavy dependency, so that swapping it touches one folder.
var onlyIn = map[string][]string{
	"github.com/spf13/":          {"cmd"},
	"charm.land/":                {"tui"},
	"github.com/coder/websocket": {"relay", "relay/wire", "relay/tunnel"},
	"modernc.org/sqlite":         {"inspect/history"},
	"github.com/tidwall/":        {"fixtures", "inspect/filter", "inspect/diff", "inspect/export"},
	"github.com/expr-lang/":      {"inspect/filter"},
	"github.com/cenkalti/":       {"relay/tunnel", "cmd"},
	"github.com/zalando/":        {"cmd"},
	"github.com/creack/pty":      {"internal/terminal"},
	"github.com/nats-io/":        {"relay/state"},
	"github.com/caddyserver/":    {"relay/cert"},
	"github.com/mholt/":          {"relay/cert"},
	"github.com/miekg/dns":       {"relay/cert"},
	"go.uber.org/zap":            {"relay/cert"},
	"github.com/prometheus/":     {"relay/metrics"},
}

func TestImportsPointDown(t *testing.T) {
	seen := make(map[string]bool)
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && file != ".") {
			return fs.SkipDir
		}
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		room := path.Dir(file)
		seen[room] = true
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: the room %s is not in this test", file, room)
		}
		for _, imported := range imports(t, filepath.Join("../..", filepath.FromSlash(file))) {
			if other, ours := strings.CutPrefix(imported, module); ours && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s: arrows only go down", file, other)
			}
			for prefix, rooms := range onlyIn {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(rooms, room) {
					t.Errorf("%s imports %s: only %v may", file, imported, rooms)
				}
			}
			if room == "inspect/signature" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("%s imports %s: package signature imports the standard library alone", file, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("there is no room %s any more: take it out of this test", room)
		}
	}
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}
