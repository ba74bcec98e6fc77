package run

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

// local starts a connector as a program on this machine.
type local struct {
	argv []string
	dir  string // working directory
	env  []string
	own  bool // it runs in an environment of its own
}

func (l *local) connectorType() string { return "LOCAL" }

func (l *local) command() proc.Cmd {
	c := proc.Cmd{Argv: l.argv, Dir: l.dir, Env: l.env}
	if l.own {
		c.Unset = []string{"PYTHONHOME"} // of another Python: this one would not start
	}
	return c
}

// withoutCatalog makes a task of a connector that has no catalog file. A Go
// connector is run from the root as the repository's own tests do, with an empty config.
func (o *Options) withoutCatalog(file string) (flow.Task, string, error) {
	task := flow.Task{Name: filepath.Base(o.Dir), Kind: o.Kind}
	if o.Image != "" || o.Language == "go" {
		return task, "", nil
	}
	return flow.Task{}, file, fault.Usagef("finding the connector's command: there is no %s", catalogName).At(filepath.Dir(file), 0, 0).
		WithHint("write one, or name another catalog file with --source")
}

// ownCommand is how a connector's code is run where no catalog file says it.
func (o *Options) ownCommand() ([]string, error) {
	switch o.Language {
	case "go":
		dir := filepath.Base(o.Dir)
		if !hasGo(o.Dir) {
			dir = filepath.Join(dir, "cmd", "connector")
		}
		return []string{"go", "run", "./" + filepath.ToSlash(dir)}, nil
	case "python":
		name := strings.ReplaceAll(filepath.Base(o.Dir), "-", "_")
		if exists(filepath.Join(o.Dir, name)) {
			return []string{"python", "-m", name}, nil
		}
		if all, _ := filepath.Glob(filepath.Join(o.Dir, "*", "__main__.py")); len(all) == 1 {
			return []string{"python", "-m", filepath.Base(filepath.Dir(all[0]))}, nil
		}
	}
	return nil, fault.Usagef("finding the connector's command: nothing in %q tells it", o.Dir).
		WithHint("name it in %s: endpoint: local: command: …", catalogName)
}

var mainClause = pattern.Lazy(`(?m)^package main\s*(//.*)?$`)

// hasGo tells whether the folder itself holds a program.
func hasGo(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") && mainClause().Match(text) {
			return true
		}
	}
	return false
}

// workDir is the catalog file's folder, where Python connectors expect to be,
// or the root for a command whose paths only the root resolves, such as
// go run ./source-x.
func (o *Options) workDir(task flow.Task, file string) string {
	if o.WorkDir != "" {
		return o.WorkDir
	}
	dir := o.Dir
	switch {
	case file != "":
		dir = filepath.Dir(file)
	case o.Language == "go":
		return o.Root
	}
	for i, word := range task.Command {
		isPath := strings.HasPrefix(word, "./") || i == 0 && strings.Contains(word, "/") && !filepath.IsAbs(word)
		if isPath && !exists(filepath.Join(dir, word)) && exists(filepath.Join(o.Root, word)) {
			return o.Root
		}
	}
	return dir
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// environment is what Flow's runtime gives a local command.
func (o *Options) environment(task flow.Task) []string {
	env := o.wanted(task)
	if o.BinDir != "" {
		env = append(env, "VIRTUAL_ENV="+filepath.Dir(o.BinDir), "PATH="+o.BinDir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	for k, v := range task.Env {
		env = append(env, k+"="+v)
	}
	return env
}

// wanted is what every connector is told, with the JSON codec chosen: Go
// connectors speak protobuf unless told.
func (o *Options) wanted(task flow.Task) []string {
	return []string{"FLOW_RUNTIME_CODEC=json", "LOG_FORMAT=json", "LOG_LEVEL=" + o.level(task)}
}

// shown is the least level of the log that is shown.
func (o *Options) shown(task flow.Task) string { return cmp.Or(o.LogLevel, task.LogLevel, "info") }

// level is how much the connector is to log.
func (o *Options) level(task flow.Task) string {
	level := o.shown(task)
	if level == "trace" && o.Language == "python" {
		return "debug" // Python's logging knows no trace, and connectors die of it
	}
	return level
}

// lookUp looks the program up in the connector's own environment first: the
// system looks in ours.
func (o *Options) lookUp(command []string) []string {
	argv := append([]string{}, command...)
	if o.BinDir == "" && argv[0] == "python" {
		argv[0] = systemPython()
	}
	if o.BinDir == "" || strings.Contains(argv[0], "/") {
		return argv
	}
	if own, err := proc.Look(filepath.Join(o.BinDir, argv[0])); err == nil {
		argv[0] = own
	}
	return argv
}

// systemPython is how Python is called where a connector has no environment:
// some systems have it under its second name alone.
func systemPython() string {
	if _, err := proc.Look("python"); err != nil {
		if _, err := proc.Look("python3"); err == nil {
			return "python3"
		}
	}
	return "python"
}
