package pyenv

import (
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// askedForm is a version of Python. Which patch release it is nobody chooses.
var askedForm = pattern.Lazy(`^3\.\d{1,2}$`)

// narrowed gives the part of the project's range that is the version asked for.
// Where it has none, note says so, and with must it is a [fault.Usage] error.
func (p *project) narrowed(asked string, must bool) (r pyRange, note string, err error) {
	if asked == "" {
		return p.python, "", nil
	}
	if !askedForm().MatchString(asked) {
		return r, "", fault.Usagef("choosing a Python: %q is no version, such as 3.12", asked)
	}
	clause := "==" + asked + ".*"
	only, _ := parseClause(clause)
	if minor := only[0].at[1]; minor < oldest || minor > newest {
		return r, "", fault.Usagef("choosing Python %s: those from 3.%d to 3.%d are looked for", asked, oldest, newest)
	}
	r = pyRange{text: strings.TrimPrefix(p.python.text+", "+clause, ", ")}
	for _, alternative := range p.python.alternatives {
		r.alternatives = append(r.alternatives, append(only, alternative...))
	}
	if len(r.alternatives) == 0 {
		r.alternatives = append(r.alternatives, only)
	}
	if r.empty(only[0].at) {
		if must {
			return r, "", fault.Usagef("choosing Python %s: the project takes %q", asked, p.python.text).At(p.dir, 0, 0)
		}
		return p.python, "Python " + asked + " is the version of env.python, and the project takes " + p.python.text, nil
	}
	return r, "", nil
}

// empty tells whether no patch release of a minor version lies in the range.
func (r pyRange) empty(v version) bool {
	for patch := range 100 {
		if r.takes(version{v[0], v[1], patch}) {
			return false
		}
	}
	return true
}
