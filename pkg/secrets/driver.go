package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/textedit"
)

// Driver is what makes connkit the merge driver of a repository.
type Driver struct {
	Attributes    string   `json:"attributes"` // path of .gitattributes
	Lines         []string `json:"lines"`      // that are added to it
	Config        []Config `json:"config"`     // of git, that is set in this clone
	Before, After []byte   `json:"-"`

	dir string
}

// Config is one variable of git's configuration.
type Config struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// driverConfig is what git needs to know of the driver. Between common ancestors
// git merges by itself: it takes the older text.
var driverConfig = []Config{
	{"merge.connkit.name", "encrypted configs, key by key"},
	{"merge.connkit.driver", "connkit secrets merge --marker-size %L %O %A %B %P"},
	{"merge.connkit.recursive", "binary"},
}

// PlanDriver finds out what the repository around a folder lacks. Nothing is written.
func PlanDriver(ctx context.Context, dir string, patterns []string) (*Driver, error) {
	top, err := git(ctx, filepath.Join(dir, "any"), "rev-parse", "--show-toplevel")
	switch {
	case gitcmd.Status(err) > 0:
		return nil, fault.Usagef("looking for the repository: %q is in none", dir)
	case err != nil: // no git, or an interrupt
		return nil, err
	}
	if len(patterns) == 0 {
		patterns = []string{"*.yaml", "*.yml", "*.json"}
	}
	d := &Driver{dir: dir, Lines: []string{}, Config: []Config{}}
	d.Attributes = filepath.Join(strings.TrimRight(string(top), "\n"), ".gitattributes")
	if d.Before, err = os.ReadFile(d.Attributes); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %q: %w", d.Attributes, cause(err))
	}
	for _, pattern := range patterns {
		if strings.ContainsAny(pattern, " \t\n\"") || strings.HasPrefix(pattern, "#") {
			return nil, fault.Usagef("reading the flags: --pattern %q is none of .gitattributes", pattern)
		}
		if line := pattern + " merge=connkit"; !bytes.Contains(append([]byte("\n"), d.Before...), []byte("\n"+line)) {
			d.Lines = append(d.Lines, line)
		}
	}
	d.After = appendLines(d.Before, d.Lines)
	for _, c := range driverConfig {
		if now, err := git(ctx, filepath.Join(dir, "any"), "config", "--get", c.Key); err != nil || strings.TrimSpace(string(now)) != c.Value {
			d.Config = append(d.Config, c)
		}
	}
	return d, nil
}

// appendLines adds lines to a text, with its line ending.
func appendLines(text []byte, lines []string) []byte {
	if len(lines) == 0 {
		return text
	}
	eol := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		eol = "\r\n"
	}
	out := bytes.Clone(text)
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, eol...)
	}
	return append(out, strings.Join(lines, eol)+eol...)
}

// Apply writes .gitattributes and the configuration of the clone.
func (d *Driver) Apply(ctx context.Context) error {
	if len(d.Lines) > 0 {
		if err := textedit.Apply(textedit.Change{Path: d.Attributes, Before: d.Before, After: d.After}); err != nil {
			return err
		}
	}
	for _, c := range d.Config {
		if _, err := git(ctx, filepath.Join(d.dir, "any"), "config", c.Key, c.Value); err != nil {
			return err
		}
	}
	return nil
}
