package pyenv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// version is major, minor and patch of a Python.
type version [3]int

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// clause is one comparison: >=3.11.
type clause struct {
	op   string
	at   version
	same int // for == and !=: how many numbers count
}

// pyRange is a range of versions: one of the alternatives has to hold as a whole.
// The zero value takes every version.
type pyRange struct {
	text         string
	alternatives [][]clause
}

// clauseForm takes PEP 440 and Poetry's ^ and ~. What follows the numbers marks
// a pre-release, which no interpreter that is chosen by its numbers can differ in.
var clauseForm = pattern.Lazy(`^(\^|~=|~|===?|!=|>=|<=|>|<|)\s*(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:\.(\*)|[-.]?(?:a|b|c|rc|dev|post)\d*)?$`)

var (
	separators = pattern.Lazy(`\s*\|\|?\s*`)
	afterOp    = pattern.Lazy(`([<>=!~^])\s+`)
)

// parseRange reads a PEP 440 range, or Poetry's with ^, ~, || and spaces between comparisons.
func parseRange(text string) (pyRange, error) {
	r := pyRange{text: text}
	if strings.TrimSpace(text) == "" {
		return r, nil
	}
	for _, alternative := range separators().Split(text, -1) {
		clauses := []clause{}
		for _, part := range comparisons(alternative) {
			if part == "*" {
				continue
			}
			c, ok := parseClause(part)
			if !ok {
				return pyRange{}, fault.Usagef("reading the Python versions %q: %q is no comparison", text, part)
			}
			clauses = append(clauses, c...)
		}
		r.alternatives = append(r.alternatives, clauses)
	}
	return r, nil
}

// comparisons splits an alternative at commas and spaces, but not after an operator.
func comparisons(text string) []string {
	return strings.FieldsFunc(afterOp().ReplaceAllString(text, "$1"), func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
}

func parseClause(text string) ([]clause, bool) {
	m := clauseForm().FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	c := clause{op: m[1], same: 3}
	given := 0
	for i, n := range m[2:5] {
		if n != "" {
			c.at[i], _ = strconv.Atoi(n)
			given = i + 1
		}
	}
	if m[5] != "" {
		c.same = given
	}
	switch c.op {
	case "^":
		return c.upTo(caretBound(c.at, given)), true
	case "~":
		return c.upTo(next(c.at, min(given, 2))), true
	case "~=":
		return c.upTo(next(c.at, max(given-1, 1))), true
	case "", "===":
		c.op = "=="
	}
	return []clause{c}, true
}

// upTo gives at least c and below the bound.
func (c clause) upTo(bound version) []clause {
	return []clause{{op: ">=", at: c.at}, {op: "<", at: bound}}
}

// caretBound raises the first number that is not 0, else the last that was given.
func caretBound(v version, given int) version {
	for i := range given {
		if v[i] != 0 {
			return next(v, i+1)
		}
	}
	return next(v, given)
}

// next gives the first version after all those that share v's first n numbers.
func next(v version, n int) version {
	var w version
	copy(w[:n], v[:n])
	w[n-1]++
	return w
}

// takes tells whether v lies in the range.
func (r pyRange) takes(v version) bool {
	if len(r.alternatives) == 0 {
		return true
	}
	return slices.ContainsFunc(r.alternatives, func(clauses []clause) bool {
		return !slices.ContainsFunc(clauses, func(c clause) bool { return !c.holds(v) })
	})
}

// holds is PEP 440's: 3.11 is 3.11.0, so that <=3.11 and ==3.11 refuse 3.11.7,
// as every installer does.
func (c clause) holds(v version) bool {
	order := slices.Compare(v[:], c.at[:])
	switch c.op {
	case ">=":
		return order >= 0
	case ">":
		return order > 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case "!=":
		return slices.Compare(v[:c.same], c.at[:c.same]) != 0
	}
	return slices.Compare(v[:c.same], c.at[:c.same]) == 0
}

// minors gives the minor versions of Python 3 that have a version in the range, the newest first.
func (r pyRange) minors() []int {
	var list []int
	for minor := newest; minor >= oldest; minor-- {
		if slices.ContainsFunc([]int{0, 5, 99}, func(patch int) bool { return r.takes(version{3, minor, patch}) }) {
			list = append(list, minor)
		}
	}
	return list
}
