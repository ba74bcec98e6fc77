package pyenv

// Facts are what a project's build files say to one who installs it in another
// place than its folder.
type Facts struct {
	Lock         string   // poetry.lock, uv.lock or ""
	Requirements bool     // requirements.txt is there
	Packaged     bool     // it can be installed itself, not its dependencies alone
	Standard     bool     // [project] lists its dependencies
	Paths        []string // folders and files that it depends on, absolute, sorted
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
	for _, d := range p.paths {
		f.Paths = append(f.Paths, d.place)
	}
	return f, nil
}
