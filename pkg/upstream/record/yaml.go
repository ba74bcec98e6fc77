package record

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

const header = "# Where this comes from. Written by connkit pull-upstream, which reads it at the next pull.\n"

// YAML gives the content of the record's file. Equal imports give equal bytes.
func (r Record) YAML() []byte {
	var b bytes.Buffer
	line := func(indent, name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, name, scalar(value))
		}
	}
	b.WriteString(header)
	fmt.Fprintf(&b, "version: %d\n", Version)
	line("", "repository", r.Repository)
	ref := r.FullRef
	if ref == "" {
		ref = r.Ref
	}
	line("", "ref", ref)
	line("", "commit", r.Commit)
	if !r.Date.IsZero() {
		line("", "date", r.Date.UTC().Format(time.RFC3339))
	}
	line("", "path", orRoot(r.Path))
	line("", "tree", r.Tree)
	if len(r.Skipped) > 0 {
		b.WriteString("skipped:\n")
		for _, s := range r.Skipped {
			fmt.Fprintf(&b, "  - %s\n", scalar(s))
		}
	}
	b.WriteString("license:\n")
	line("  ", "id", r.License.ID)
	line("  ", "path", r.License.Path)
	line("  ", "blob", r.License.Blob)
	line("  ", "evidence", r.License.Evidence)
	line("  ", "accepted", r.Accepted)
	if len(r.Carried) > 0 {
		b.WriteString("carried:\n")
		for _, c := range r.Carried {
			line("  - ", "file", c.File)
			line("    ", "from", c.From)
			line("    ", "blob", c.Blob)
		}
	}
	return b.Bytes()
}

// plain begins with no digit, not behind a dot either: that would be a number.
var plain = pattern.Lazy(`^(?:\.|(?:\.?[A-Za-z/]|\.\.)[A-Za-z0-9./@_+-]*)(:[A-Za-z0-9./@_+-]+)*$`)

// scalar spells a text so that every YAML reader takes it for one: object
// names may look like numbers, so what holds nothing but hex digits is quoted.
func scalar(s string) string {
	if plain().MatchString(s) && !isObjectName(s) && !words[strings.ToLower(s)] {
		return s
	}
	return strconv.Quote(s)
}

// words are texts that YAML reads as something else.
var words = map[string]bool{"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "null": true, "y": true, "n": true, ".inf": true, ".nan": true}

// document is the file as the parser sees it.
type document struct {
	Version    int
	Repository string
	Ref        string
	Commit     string
	Date       string
	Path       string
	Tree       string
	Skipped    []string
	License    struct{ ID, Path, Blob, Evidence, Accepted string }
	Carried    []Carried
}

var yamlLine = pattern.Lazy(`line (\d+): `)

// FromYAML reads a record's file. file names it in errors, dest is what it is
// about. A file that is no record of this format is a [fault.Blocked] error:
// the name may be used for something else.
func FromYAML(text []byte, file, dest string) (Record, error) {
	var d document
	var root yaml.Node
	err := yaml.Unmarshal(text, &root)
	if err == nil {
		err = root.Decode(&d)
	}
	if err != nil {
		return Record{}, noYAML(err, file)
	}
	if value, err := d.check(); err != nil {
		at := find(&root, value)
		return Record{}, fault.Blockedf("it is no record of an import: %w", err).At(file, at.Line, at.Column).
			WithHint("connkit pull-upstream writes %s: see docs/upstream-record.md", FileName)
	}
	r := Record{
		Dest: dest, Repository: d.Repository, Ref: shortRef(d.Ref), Commit: d.Commit, Path: cleanPath(d.Path), Tree: d.Tree, Skipped: d.Skipped,
		License: License{d.License.ID, d.License.Path, d.License.Blob, d.License.Evidence}, Carried: d.Carried, Accepted: d.License.Accepted,
	}
	if strings.HasPrefix(d.Ref, "refs/") {
		r.FullRef = d.Ref
	}
	if d.Date != "" {
		r.Date, _ = time.Parse(time.RFC3339, d.Date) // it was checked
	}
	return r, nil
}

// noYAML explains a file that the parser refuses, or that has something else than texts.
func noYAML(err error, file string) error {
	why, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	var shapes *yaml.TypeError
	if errors.As(err, &shapes) {
		why, _, _ = strings.Cut(shapes.Errors[0], " into ") // a type of Go's tells a person nothing
	}
	if m := yamlLine().FindStringSubmatch(why); m != nil {
		line, _ = strconv.Atoi(m[1])
		why = strings.Replace(why, m[0], "", 1)
	}
	return fault.Blockedf("it is no record of an import: %s", why).At(file, line, 0).WithHint("put back what git log -p -- %s shows", file)
}

// find gives the node of a value; a node without a line when there is none.
func find(n *yaml.Node, value string) *yaml.Node {
	if n.Kind == yaml.ScalarNode && n.Value == value && value != "" {
		return n
	}
	for _, below := range slices.Backward(n.Content) { // what is refused of lists comes last
		if found := find(below, value); found.Line > 0 {
			return found
		}
	}
	return &yaml.Node{}
}

func shortRef(ref string) string {
	return strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/")
}

// check wants what every record has, and gives the value that is wrong.
func (d document) check() (value string, err error) {
	switch {
	case d.Version == 0:
		return "", errors.New("version is missing")
	case d.Version > Version:
		return strconv.Itoa(d.Version), fmt.Errorf("version %d is newer than this connkit", d.Version)
	case d.Repository == "":
		return "", errors.New("repository is missing")
	case !isObjectName(d.Commit):
		return d.Commit, fmt.Errorf("commit %q is no full object name", d.Commit)
	case d.Tree != "" && !isObjectName(d.Tree):
		return d.Tree, fmt.Errorf("tree %q is no full object name", d.Tree)
	case d.Path == "":
		return "", errors.New("path is missing; the root is a dot")
	}
	if _, err := time.Parse(time.RFC3339, d.Date); d.Date != "" && err != nil {
		return d.Date, fmt.Errorf("date %q is none", d.Date)
	}
	for _, c := range d.Carried {
		// The next import takes the file away when it is no longer needed, so it must be one beside the record.
		if c.File == "" || c.File == "." || strings.ContainsFunc(c.File, notInName) || strings.HasPrefix(c.File, "..") || strings.EqualFold(c.File, ".git") {
			return c.File, fmt.Errorf("carried file %q is no name of a file beside the record", c.File)
		}
	}
	return "", nil
}

// notInName tells what the name of one file cannot hold.
func notInName(r rune) bool { return r == '/' || r < ' ' || r == 0x7f }
