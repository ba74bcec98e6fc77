package pyenv

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// refusal is something that the tools say and that has one cure.
type refusal struct {
	said    func() *regexp.Regexp
	cure    func(p *Plan, found []string) string
	outside bool // of the project: something of the machine or the network is missing
}

func always(hint string) func(*Plan, []string) string {
	return func(*Plan, []string) string { return hint }
}

// refusals are in the order in which they are looked for: what says most comes first.
var refusals = []refusal{
	{said: pattern.Lazy("a possible solution would be to set the `python` property to \"([^\"]+)\""), cure: narrower},
	{said: pattern.Lazy(`pyproject\.toml changed significantly since poetry\.lock was last generated`),
		cure: always("poetry lock, in the connector's folder")},
	{said: pattern.Lazy(`(?m)Package \S+ \(\S+\) not found`),
		cure: always("Poetry needs an index with the JSON API: name yours as [[tool.poetry.source]], or --manager uv")},
	{said: pattern.Lazy(`Consider\s+using\s+a\s+more\s+restrictive\s+.requires-python.\s+value\s+\(like\s+([^)\s]+)\)`), cure: narrower},
	{said: pattern.Lazy(`requires a different Python: \S+ not in '([^']+)'`),
		cure: func(p *Plan, found []string) string {
			return fmt.Sprintf("a dependency or the project takes Python %s only: narrow %s to it, so that such a Python is chosen", found[1], p.rangeKey())
		}},
	{said: pattern.Lazy(`depends\s+on\s+Python|supported Python range|does not satisfy\s+Python`),
		cure: func(p *Plan, _ []string) string {
			return "a dependency wants a narrower range of Python: set " + p.rangeKey() + " to it"
		}},
	{said: pattern.Lazy(`ensurepip is not\s+available`), outside: true,
		cure: func(p *Plan, _ []string) string {
			return fmt.Sprintf("apt install python%d.%d-venv, or --manager uv", p.python.version[0], p.python.version[1])
		}},
	{said: pattern.Lazy(`(?i)connection refused|name resolution|dns error|could not resolve host|network is unreachable|all attempts to connect|failed to establish a new connection|network was disabled`), outside: true,
		cure: always("the package index or a git host cannot be reached: look at the network, the proxy and the index settings")},
	{said: pattern.Lazy(`(?i)git executable (was )?not found|cannot find command 'git'`), outside: true, cure: always("apt install git")},
	{said: pattern.Lazy(`(?i)(unable to execute|command) '?\S*(gcc|cc|clang)'? ?(failed)?|Python\.h: No such file`), outside: true,
		cure: always("a package is built from source: apt install build-essential python3-dev")},
}

// narrower proposes the range that a tool found.
func narrower(p *Plan, found []string) string {
	return fmt.Sprintf("set %s = %q in pyproject.toml: a dependency takes no other Python", p.rangeKey(), found[1])
}

// rangeKey names where the project says which Pythons it takes.
func (p *Plan) rangeKey() string {
	if p.project.poetryStyle {
		return "python in [tool.poetry.dependencies]"
	}
	return "requires-python"
}

// explain makes an error of what a tool said when it failed.
func (p *Plan) explain(argv []string, status int, said string) error {
	short := strings.Join(argv[:min(len(argv), 2)], " ")
	if argv[1] == "-m" {
		short = filepath.Base(argv[0]) + " -m " + argv[2]
	}
	e := fault.Failedf("making the environment: %s ended with exit status %d", short, status)
	for _, r := range refusals {
		if found := r.said().FindStringSubmatch(said); found != nil {
			if r.outside {
				e.Kind = fault.Environment
			}
			return e.WithHint("%s", r.cure(p, found))
		}
	}
	return e.WithHint("the tool's own words stand above")
}
