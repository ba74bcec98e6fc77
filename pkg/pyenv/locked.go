package pyenv

import (
	"bytes"
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
		return p.followLock(ctx, step, w)
	}
	if _, failed := w.Write(printed.Bytes()); failed != nil {
		return fmt.Errorf("printing what Poetry said: %w", failed)
	}
	return err
}

// followLock installs what poetry.lock names, and nothing else: dependencies
// are not resolved anew, so the metadata of a package that other tools refuse
// does not matter.
func (p *Plan) followLock(ctx context.Context, step func(string, ...any), w io.Writer) error {
	list, err := p.readLock()
	if err != nil {
		return err
	}
	site, err := Env{Dir: p.Dir}.sitePackages()
	if err != nil {
		return err
	}
	file := filepath.Join(p.Dir, "poetry-lock.txt")
	lines, direct := requirements(list, p.project.dir)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("listing the locked packages: %w", err)
	}
	if p.project.packaged {
		direct = append(direct, "-e", ".")
	}
	tool := p.pipOf(site)
	if has("uv") {
		tool = []string{"uv", "pip", "install", "--compile-bytecode", "--python", p.ownPython()}
	}
	commands := [][]string{append(tool, "--no-deps", "-r", file)}
	if len(direct) > 0 { // pip alone passes over metadata that it cannot read
		commands = append(commands, append([]string{p.ownPython(), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps"}, direct...))
	}
	for _, argv := range commands {
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
