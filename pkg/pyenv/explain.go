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
	{said: pattern.Lazy(`require a different python version: \S+ Requires-Python ([^;\n]+)\n.*\(from versions: none\)`), cure: narrower},
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
	{said: pattern.Lazy(`unable to execute '?\S*(gcc|g\+\+|cc|clang)\b|command '\S*(gcc|g\+\+|cc|clang)' failed: No such file|Python\.h: No\s+such\s+file`), outside: true,
		cure: always("a package is built from source: apt install build-essential python3-dev")},
	{said: pattern.Lazy(`(pg_config|mysql_config|pkg-config|cmake|cargo|rustc|swig)\b.{0,30}(not\s+found|No\s+such\s+file|is\s+not\s+installed)`), outside: true, cure: library},
	{said: pattern.Lazy(`fatal error: (\S+\.h(?:pp)?):\s+No\s+such\s+file`), outside: true, cure: library},
	{said: pattern.Lazy("(?:Failed to build|Failed to download and build) [`']?([A-Za-z0-9._-]+)\\s+@\\s+file:"),
		cure: func(_ *Plan, found []string) string {
			return found[1] + " itself does not build: what its build says stands above, and the mistake is mostly one in its pyproject.toml"
		}},
	{said: pattern.Lazy("(?:Failed to build|Failed building wheel for|Failed to download and build) [`']?([A-Za-z0-9._-]+)"), cure: unbuilt},
	{said: pattern.Lazy(`requested with a pre-release marker \(e\.g\.,\s+([^)\s]+)\)`),
		cure: func(_ *Plan, found []string) string {
			return fmt.Sprintf("uv takes a pre-release where the project itself names it: add %q to its dependencies in pyproject.toml, or --manager pip", found[1])
		}},
	{said: pattern.Lazy(`satisfies the requirement ([A-Za-z0-9._-]+)`), cure: unknown},
	{said: pattern.Lazy(`there is no version of\s+([A-Za-z0-9._-]+)`), cure: unknown},
	{said: pattern.Lazy(`([A-Za-z0-9._-]+) was not found in the\s+package registry`), cure: unknown},
	{said: pattern.Lazy(`No solution found|ResolutionImpossible|version solving failed`),
		cure: always("requirements of a package contradict each other: take another version of it, or settle them for uv: [tool.uv] override-dependencies in pyproject.toml")},
}

// packaged are Debian's packages of what builds look for most.
var packaged = map[string]string{
	"pg_config": "libpq-dev", "libpq-fe.h": "libpq-dev", "mysql_config": "default-libmysqlclient-dev", "mysql.h": "default-libmysqlclient-dev",
	"sql.h": "unixodbc-dev", "sqlext.h": "unixodbc-dev", "ffi.h": "libffi-dev", "openssl/opensslv.h": "libssl-dev", "openssl/ssl.h": "libssl-dev",
	"libxml/xmlversion.h": "libxml2-dev libxslt1-dev", "sqlfront.h": "freetds-dev", "librdkafka/rdkafka.h": "librdkafka-dev", "sasl/sasl.h": "libsasl2-dev",
	"ldap.h": "libldap-dev", "lber.h": "libldap-dev", "zlib.h": "zlib1g-dev", "snappy-c.h": "libsnappy-dev", "pkg-config": "pkg-config", "cmake": "cmake",
	"cargo": "cargo", "rustc": "cargo", "swig": "swig",
}

// library names what a build lacks.
func library(_ *Plan, found []string) string {
	if name := packaged[found[1]]; name != "" {
		return "a package is built from source and lacks " + found[1] + ": apt install " + name
	}
	return "a package is built from source and lacks " + found[1] + ": install the development package that has it"
}

// unbuilt is of a package that is older than the Python: its wheels end before it.
func unbuilt(p *Plan, found []string) string {
	hint := fmt.Sprintf("%s has no wheel for Python %d.%d and does not build there", found[1], p.python.version[0], p.python.version[1])
	if minor := p.python.version[1]; minor > oldest {
		hint += fmt.Sprintf(": an older Python may do, such as %s = \">=3.%d,<3.%d\" in pyproject.toml", p.rangeKey(), minor-1, minor)
	}
	return hint
}

func unknown(_ *Plan, found []string) string {
	return "the index has no such version of " + found[1] + ": look at the names and versions in pyproject.toml, or take another version of what wants it"
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
