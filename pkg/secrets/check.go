package secrets

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// CheckOptions say what is checked.
type CheckOptions struct {
	Suffix string   // of keys that hold secrets, in files that say none themselves; "" is [DefaultSuffix]
	Allow  []string // keys that may stay in clear, by name or JSON pointer
	Dir    string   // the folder that paths in reports are spelled from
}

// Finding is one thing that is wrong in a file, or looks so. It holds no value.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // 1-based; 0 is the whole file
	Column  int    `json:"column"` // 1-based; 0 is the whole line
	Level   string `json:"level"`  // error | warning
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"` // a command or an edit
}

// Checked is the outcome of a check.
type Checked struct {
	Findings []Finding `json:"findings"`
	Files    int       `json:"files"`  // that were looked into
	Sealed   int       `json:"sealed"` // of those, that are encrypted
}

// Check looks into configs without any key: keys with the suffix are encrypted,
// nothing that stays in clear looks secret, and the sops blocks are sound. A path
// is a file, or a folder of which the files that git knows, or would take, are
// looked into: those that are encrypted, have keys with the suffix, or are configs
// by their name.
func Check(ctx context.Context, paths []string, opts CheckOptions) (Checked, error) {
	opts.Suffix = cmp.Or(opts.Suffix, DefaultSuffix)
	out := Checked{Findings: []Finding{}}
	var files []*inspection
	seen := map[string]bool{}
	for _, path := range paths {
		list, named, err := candidates(ctx, path)
		if err != nil {
			return out, err
		}
		for _, file := range list {
			if !seen[file] {
				files = append(files, &inspection{CheckOptions: opts, path: file, name: shown(file, opts.Dir), named: named})
			}
			seen[file] = true
		}
	}
	each(files, runtime.GOMAXPROCS(0), func(i *inspection) {
		if ctx.Err() == nil {
			i.err = i.run()
		}
	})
	for _, i := range files {
		if i.err != nil {
			return out, i.err
		}
		out.Findings = append(out.Findings, i.found...)
		out.Files += tally(i.looked)
		out.Sealed += tally(i.sealed)
	}
	slices.SortStableFunc(out.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	out.Findings = slices.Compact(out.Findings)
	return out, ctx.Err()
}

func tally(is bool) int {
	if is {
		return 1
	}
	return 0
}

// inspection is the check of one file.
type inspection struct {
	CheckOptions
	path, name     string
	named          bool // it was asked for by its name
	looked, sealed bool
	found          []Finding
	err            error
}

var (
	configName = pattern.Lazy(`(?i)(^|[-_.])(configs?|configuration|secrets?|credentials?|creds)([-_.]|$)`)
	cipherMark = []byte("ENC[AES256_GCM,")
)

// run reads the file and looks into it when there is a reason to.
func (i *inspection) run() error {
	if info, err := os.Stat(i.path); err == nil && !i.named && !info.Mode().IsRegular() {
		return nil // a link to a folder, or to a pipe that nobody writes
	}
	text, err := os.ReadFile(i.path)
	if (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP)) && !i.named {
		return nil // git knows it, and it was removed, or is a link to itself
	}
	if err != nil {
		return fault.Failedf("reading %q: %w", i.name, cause(err))
	}
	base := filepath.Base(i.path)
	encrypted := bytes.Contains(text, cipherMark)
	marked := encrypted || bytes.Contains(text, []byte(i.Suffix))
	if base == ".sops.yaml" {
		i.rules(text)
		return nil
	}
	if !marked && !i.named && !i.isConfig() {
		return nil
	}
	format, err := formatOf(i.path, "")
	if err != nil {
		format = YAML
	}
	d, err := parse(i.name, format, text)
	if err != nil {
		if encrypted || i.named || marked && (i.isConfig() || i.hasKey(text)) {
			i.looked = true
			i.refused(err)
		}
		return nil
	}
	i.looked = true
	i.document(d)
	return nil
}

// isConfig tells whether a file is a config by its name.
func (i *inspection) isConfig() bool {
	base := filepath.Base(i.path)
	return configName().MatchString(strings.TrimSuffix(base, filepath.Ext(base)))
}

// hasKey tells whether a text is YAML, and no template of some, that has a key with the
// suffix in one of its lines, although connkit refuses it.
func (i *inspection) hasKey(text []byte) bool {
	if _, err := yamltext.Parse(i.name, text); err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if _, behind, has := bytes.Cut(line, []byte(i.Suffix)); has && bytes.HasPrefix(bytes.TrimLeft(behind, "\"' \t"), []byte(":")) {
			return true
		}
	}
	return false
}

// rules looks for a private key among the recipients of rules.
func (i *inspection) rules(text []byte) {
	i.looked = true
	if at := privateKey().FindIndex(text); at != nil {
		line := bytes.Count(text[:at[0]], []byte("\n")) + 1
		i.add(line, 0, "error", "a private key stands here, where a recipient belongs", "put the public key here, and replace the private one")
	}
}

// refused reports a text that cannot be read.
func (i *inspection) refused(err error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		i.add(0, 0, "error", err.Error(), "")
		return
	}
	i.add(f.Line, f.Col, "error", f.Err.Error(), fault.HintOf(err))
}

func (i *inspection) add(line, col int, level, message, fix string) {
	i.found = append(i.found, Finding{File: filepath.ToSlash(i.name), Line: line, Column: col, Level: level, Message: message, Fix: fix})
}
