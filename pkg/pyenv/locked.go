package pyenv

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/connkit/connkit/internal/fault"
)

// notSeen is what Poetry says of an index that lacks the JSON API, such as a
// mirror: it sees no files there, though pip and uv do.
var notSeen = regexp.MustCompile(`Unable to find installation candidates|Package \S+ \(\S+\) not found`)

// locked is a [[package]] of poetry.lock.
type locked struct {
	Name     string   `toml:"name"`
	Version  string   `toml:"version"`
	Optional bool     `toml:"optional"` // of an extra of the project's own
	Groups   []string `toml:"groups"`   // none in lock files before 2.1
	Markers  any      `toml:"markers"`  // a text, or a table of them by group
	Files    []struct {
		Hash string `toml:"hash"`
	} `toml:"files"`
	Source struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Commit       string `toml:"resolved_reference"`
		Subdirectory string `toml:"subdirectory"`
	} `toml:"source"`
}

// poetry runs a command of Poetry. Where it does not see the packages in the
// index, pip or uv install what the lock file says.
func (p *Plan) poetry(ctx context.Context, argv []string, step func(string, ...any), w io.Writer) error {
	var printed bytes.Buffer
	err := p.run(ctx, argv, &printed)
	if err != nil && p.project.poetryLock && notSeen.Match(printed.Bytes()) {
		p.Notes = append(p.Notes, "Poetry does not see the packages in the index: what poetry.lock says was installed by pip's ways")
		lock, err := p.planLock()
		if err != nil {
			return err
		}
		return p.followLock(ctx, lock, step, w)
	}
	return cmp.Or(copied(w, printed.Bytes()), err)
}

func copied(w io.Writer, said []byte) error {
	if _, err := w.Write(said); err != nil {
		return fmt.Errorf("printing what a tool said: %w", err)
	}
	return nil
}

// lockPlan is how a poetry.lock is followed: what it names is installed, and
// nothing else. Dependencies are not resolved anew, so the metadata of a package
// that other tools refuse does not matter.
type lockPlan struct {
	lines    []string // of the requirements file
	direct   []string // words of pip install: folders, files and commits
	file     string
	commands [][]string
}

func (p *Plan) planLock() (*lockPlan, error) {
	list, err := p.readLock()
	if err != nil {
		return nil, err
	}
	l := &lockPlan{file: filepath.Join(p.Dir, "poetry-lock.txt")}
	if l.lines, l.direct = requirements(list, p.project.dir); p.project.packaged {
		l.direct = append(l.direct, "-e", ".")
	}
	pip := []string{p.ownPython(), "-m", "pip", "install", "--disable-pip-version-check"}
	tool := pip
	if p.Manager != "pip" && has("uv") {
		tool = []string{"uv", "pip", "install", "--compile-bytecode", "--python", p.ownPython()}
	}
	l.commands = [][]string{slices.Concat(tool, []string{"--no-deps", "-r", l.file})}
	if len(l.direct) > 0 {
		l.commands = append(l.commands, slices.Concat(pip, []string{"--no-deps"}, l.direct))
	}
	return l, nil
}

func (p *Plan) followLock(ctx context.Context, l *lockPlan, step func(string, ...any), w io.Writer) error {
	site, err := Env{Dir: p.Dir}.sitePackages()
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.file, []byte(strings.Join(l.lines, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("listing the locked packages: %w", err)
	}
	step("running %s", strings.Join(l.commands[0], " "))
	if err := p.run(ctx, l.commands[0], w); err != nil || len(l.direct) == 0 {
		return err
	}
	return p.installDirect(ctx, site, l.commands[1], step, w)
}

// lenient are the versions of pip that pass over metadata that they cannot
// read. Poetry reads ranges, such as <=2.0 || >=3.0, that no newer pip does, nor uv.
const lenient = "pip<24.1"

var unread = regexp.MustCompile(`has invalid metadata`)

// installDirect installs what has no place in an index, with an older pip where
// that of the environment refuses the metadata, or is not there.
func (p *Plan) installDirect(ctx context.Context, site string, argv []string, step func(string, ...any), w io.Writer) error {
	if exists(site, "pip") {
		step("running %s", strings.Join(argv, " "))
		var printed bytes.Buffer
		err := p.run(ctx, argv, &printed)
		if !unread.Match(printed.Bytes()) {
			return cmp.Or(copied(w, printed.Bytes()), err)
		}
	}
	aside := filepath.Join(p.Dir, "connkit-pip")
	defer os.RemoveAll(aside) //nolint:errcheck // it does no harm in there
	older := slices.Concat([]string{p.ownPython(), filepath.Join(aside, "pip")}, argv[3:])
	for _, argv := range [][]string{append(p.pipOf(site), "--target", aside, lenient), older} {
		step("running %s", strings.Join(argv, " "))
		if err := p.run(ctx, argv, w); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) readLock() ([]locked, error) {
	place := filepath.Join(p.project.dir, "poetry.lock")
	text, err := os.ReadFile(place)
	if err != nil {
		return nil, fmt.Errorf("reading the lock file: %w", err)
	}
	var lock struct {
		Package []locked `toml:"package"`
	}
	if err := toml.Unmarshal(text, &lock); err != nil {
		return nil, fault.Usagef("%w", err).At(place, 0, 0)
	}
	return slices.DeleteFunc(lock.Package, func(l locked) bool { return l.Optional || !p.project.wantsGroups(l.Groups) }), nil
}

// wantsGroups tells whether one of a package's groups is installed without being asked for.
func (p *project) wantsGroups(groups []string) bool {
	return len(groups) == 0 || slices.ContainsFunc(groups, func(g string) bool { return !slices.Contains(p.optional, g) })
}

// requirements gives the lines of a requirements file with hashes, and the
// words of a pip install for what has none: folders, files and commits.
func requirements(list []locked, dir string) (lines, direct []string) {
	for _, l := range list {
		place := l.Source.URL
		if (l.Source.Type == "directory" || l.Source.Type == "file") && !filepath.IsAbs(place) {
			place = filepath.Join(dir, place)
		}
		switch l.Source.Type {
		case "directory":
			direct = append(direct, "-e", place)
		case "file":
			direct = append(direct, place)
		case "git":
			direct = append(direct, gitRequirement(l))
		case "url":
			lines = append(lines, l.Name+" @ "+l.Source.URL+l.marker()+l.hashes())
		default:
			lines = append(lines, l.Name+"=="+l.Version+l.marker()+l.hashes())
		}
	}
	return lines, direct
}

func gitRequirement(l locked) string {
	line := l.Name + " @ git+" + asURL(l.Source.URL) + "@" + l.Source.Commit
	if l.Source.Subdirectory != "" {
		line += "#subdirectory=" + l.Source.Subdirectory
	}
	return line
}

// asURL spells git's short form, user@host:path, as pip wants it.
func asURL(place string) string {
	if host, path, ok := strings.Cut(place, ":"); ok && !strings.Contains(place, "://") && !filepath.IsAbs(place) {
		return "ssh://" + host + "/" + path
	}
	return place
}

// marker holds where the package is wanted: in one of its groups.
func (l locked) marker() string {
	if text, ok := l.Markers.(string); ok && text != "" {
		return " ; " + text
	}
	table, _ := l.Markers.(map[string]any)
	var parts []string
	for _, group := range l.Groups {
		text, ok := table[group].(string)
		if !ok {
			return "" // in this one it is wanted everywhere
		}
		parts = append(parts, "("+text+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return " ; " + strings.Join(parts, " or ")
}

func (l locked) hashes() string {
	var text strings.Builder
	for _, f := range l.Files {
		text.WriteString(" --hash=" + f.Hash)
	}
	return text.String()
}
