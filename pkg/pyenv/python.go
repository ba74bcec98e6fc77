package pyenv

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// version is major, minor and patch of a Python.
type version [3]int

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// clause is one comparison of a range: >=3.11.
type clause struct {
	op    string
	at    version
	parts int // how many numbers were given
}

var clauseForm = regexp.MustCompile(`^(\^|~=|~|==|!=|>=|<=|>|<|)\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?(\.\*)?$`)

// parseRange reads a PEP 440 range or Poetry's ^ and ~ forms.
func parseRange(text string) ([]clause, error) {
	var clauses []clause
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" || part == "*" {
			continue
		}
		m := clauseForm.FindStringSubmatch(part)
		if m == nil {
			return nil, fault.Usagef("reading the Python versions %q: %q is no comparison", text, part)
		}
		c := clause{op: m[1]}
		for i, n := range m[2:5] {
			if n != "" {
				c.at[i], _ = strconv.Atoi(n)
				c.parts = i + 1
			}
		}
		if m[5] != "" && c.op == "" {
			c.op = "=="
		}
		clauses = append(clauses, c)
	}
	return clauses, nil
}

// holds tells whether v satisfies the comparison. ^3.11 is at least that and
// below 4, ~3.11 and ~=3.11.2 below the next minor, a bare 3.11 and ==3.11 any 3.11.
func (c clause) holds(v version) bool {
	order := slices.Compare(v[:], c.at[:])
	prefix := slices.Compare(v[:c.parts], c.at[:c.parts])
	switch c.op {
	case ">=":
		return order >= 0
	case ">":
		return prefix > 0
	case "<":
		return order < 0
	case "<=":
		return prefix <= 0
	case "!=":
		return prefix != 0
	case "^":
		return order >= 0 && v[0] == c.at[0]
	case "~":
		return order >= 0 && v[0] == c.at[0] && (c.parts < 2 || v[1] == c.at[1])
	case "~=":
		return order >= 0 && slices.Equal(v[:max(c.parts-1, 1)], c.at[:max(c.parts-1, 1)])
	}
	return prefix == 0
}

// plainRange spells Poetry's ^ and ~ for a requirement as PEP 440 does.
func plainRange(text string) string {
	clauses, err := parseRange(text)
	if err != nil || len(clauses) != 1 {
		if strings.ContainsAny(text, "^~*|") || text == "" {
			return ""
		}
		return text
	}
	c := clauses[0]
	switch c.op {
	case "^":
		next := version{c.at[0] + 1}
		if c.at[0] == 0 {
			next = version{0, c.at[1] + 1}
		}
		return ">=" + c.at.String() + ",<" + next.String()
	case "~":
		return ">=" + c.at.String() + ",<" + version{c.at[0], c.at[1] + 1}.String()
	case "":
		return "==" + text
	}
	return text
}

// interpreter is a Python that runs.
type interpreter struct {
	path    string
	version version
}

// newest is the newest minor version of Python 3 that is looked for by name.
const newest = 16

// choose gives the Python that makes the environment: the user's own python3
// where it fits the range, else the newest that fits.
func choose(ctx context.Context, wanted string) (interpreter, error) {
	clauses, err := parseRange(wanted)
	if err != nil {
		return interpreter{}, err
	}
	names := []string{"python3", "python"}
	for minor := newest; minor >= 9; minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	var found []string
	for _, name := range names {
		i, ok := probe(ctx, name)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(clauses, func(c clause) bool { return !c.holds(i.version) }) {
			return i, nil
		}
		found = append(found, i.version.String())
	}
	if ctx.Err() != nil {
		return interpreter{}, context.Cause(ctx)
	}
	have := "none was found"
	if len(found) > 0 {
		slices.Sort(found)
		have = "found " + strings.Join(slices.Compact(found), ", ")
	}
	return interpreter{}, fault.Environmentf("choosing a Python for %q: %s", wanted, have).
		WithHint("install one, or change requires-python in pyproject.toml")
}

// probe runs a Python, since a name in PATH may be a stand-in that ends with an error.
func probe(ctx context.Context, name string) (interpreter, bool) {
	path, err := proc.Look(name)
	if err != nil {
		return interpreter{}, false
	}
	out, err := proc.Run(ctx, proc.Cmd{
		Argv:  []string{path, "-I", "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable), *sys.version_info[:3])"},
		Unset: []string{"PYTHONHOME", "PYTHONPATH"},
	})
	if err != nil {
		return interpreter{}, false
	}
	fields := strings.Fields(out.Text())
	if len(fields) < 4 {
		return interpreter{}, false
	}
	i := interpreter{path: strings.Join(fields[:len(fields)-3], " ")}
	for n := range 3 {
		if i.version[n], err = strconv.Atoi(fields[len(fields)-3+n]); err != nil {
			return interpreter{}, false
		}
	}
	return i, filepath.IsAbs(i.path)
}
