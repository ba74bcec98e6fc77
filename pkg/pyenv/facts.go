package pyenv

import (
	"fmt"
	"slices"
)

// Facts are what a project's build files say to one who installs it in another
// place than its folder.
type Facts struct {
	Lock         string   // poetry.lock, uv.lock or ""
	Requirements bool     // requirements.txt is there
	Packaged     bool     // it can be installed itself, not its dependencies alone
	Standard     bool     // [project] lists its dependencies
	Paths        []string // folders and files that it depends on, absolute, sorted
	Python       string   // the version to build with, such as 3.12
}

// Read reads the build files in dir. What they say wrongly is a
// [fault.Usage] error with the file and the line.
func Read(dir string) (Facts, error) {
	p, err := readProject(dir)
	if err != nil {
		return Facts{}, err
	}
	if err := p.conflict("auto"); err != nil {
		return Facts{}, err
	}
	f := Facts{Requirements: p.reqs != "", Packaged: p.packaged, Standard: p.standard}
	switch {
	case p.poetryLock:
		f.Lock = "poetry.lock"
	case p.uvLock:
		f.Lock = "uv.lock"
	}
	f.Python = p.usual()
	for _, d := range p.paths {
		f.Paths = append(f.Paths, d.place)
	}
	return f, nil
}

// usualMinor is the minor version that images of connectors are built with.
const usualMinor = 12

// usual is 3.12 when the project takes it, else the newest that it takes.
func (p *project) usual() string {
	minors := p.python.minors()
	if len(minors) == 0 || slices.Contains(minors, usualMinor) {
		return fmt.Sprintf("3.%d", usualMinor)
	}
	return fmt.Sprintf("3.%d", minors[0])
}
