package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// Options say which connector is asked and how. Dir is needed.
type Options struct {
	Dir      string        // the connector's folder, absolute
	Root     string        // the workspace's root, absolute
	Language string        // of the connector
	Kind     string        // of the connector, for one without a catalog file
	Source   string        // catalog file; "" is test.flow.yaml in Dir
	Task     string        // name in the catalog file; "" is the only one
	WorkDir  string        // where the command runs; "" is the catalog file's folder
	BinDir   string        // put first in PATH: the connector's own environment
	LogLevel string        // LOG_LEVEL of the connector; "" is info
	Timeout  time.Duration // for the answer; 0 is a minute
	Prefix   string        // of collection names; "" is acmeCo

	Decrypt flow.Decrypt   // of an encrypted config; nil refuses one
	Log     func(flow.Log) // gets the connector's log, secrets hidden; nil is silence
	Note    func(string)   // gets what the user should know on the way; nil is silence
}

// catalogName is the catalog file of a connector.
const catalogName = "test.flow.yaml"

// target is a command that can be started, with what it is asked about.
type target struct {
	task    flow.Task
	dir     string   // working directory
	env     []string // of the command
	config  flow.Config
	mask    flow.Masker // hides the secrets of the config
	options *Options
}

func (o *Options) log(l flow.Log) {
	if o.Log != nil {
		o.Log(l)
	}
}

func (o *Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

// prepare finds the task. With needConfig its config is read too; a spec needs
// none, and asks for no key.
func (o *Options) prepare(ctx context.Context, needConfig bool) (*target, error) {
	task, file, err := o.findTask()
	if err != nil {
		return nil, err
	}
	if task.Image != "" {
		return nil, fault.Usagef("task %q runs the image %s, and connkit run starts local commands", task.Name, task.Image).At(file, 0, 0).
			WithHint("give it an endpoint with local: command: …")
	}
	if task.Proto {
		return nil, fault.Usagef("task %q speaks protobuf, and connkit run speaks JSON", task.Name).At(file, 0, 0)
	}
	t := &target{task: task, options: o, dir: o.workDir(task, file)}
	t.env = o.environment(task)
	if !needConfig {
		return t, nil
	}
	if t.config, err = task.Config(ctx, o.Decrypt); err != nil {
		return nil, err
	}
	t.mask = flow.NewMasker(t.config.Secrets)
	if t.config.Plain {
		o.note("%s is not encrypted: keys with the suffix %s are sent without it", relative(o.Root, t.config.File), flow.SecretSuffix)
	}
	return t, nil
}

// findTask reads the catalog file. A Go connector without one is run from the
// root as the repository's own tests do, with an empty config.
func (o *Options) findTask() (flow.Task, string, error) {
	file := o.Source
	if file == "" {
		file = filepath.Join(o.Dir, catalogName)
		if _, err := os.Stat(file); err != nil {
			return o.withoutCatalog(file)
		}
	}
	catalog, err := flow.Load(file)
	if err != nil {
		return flow.Task{}, file, err
	}
	for _, w := range catalog.Warnings {
		o.note("%s", w)
	}
	task, err := catalog.Task(o.Task)
	return task, file, err
}

func (o *Options) withoutCatalog(file string) (flow.Task, string, error) {
	if o.Language != "go" {
		return flow.Task{}, file, fault.Usagef("finding the connector's command: there is no %s", catalogName).At(filepath.Dir(file), 0, 0).
			WithHint("write one, or name another catalog file with --source")
	}
	dir := filepath.Base(o.Dir)
	if !hasGo(o.Dir) {
		dir = filepath.Join(dir, "cmd", "connector")
	}
	return flow.Task{Name: filepath.Base(o.Dir), Kind: o.Kind, Command: []string{"go", "run", "./" + filepath.ToSlash(dir)}}, "", nil
}

var mainClause = regexp.MustCompile(`(?m)^package main\s*(//.*)?$`)

// hasGo tells whether the folder itself holds a program.
func hasGo(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") && mainClause.Match(text) {
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
	if file == "" {
		return o.Root
	}
	dir := filepath.Dir(file)
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

// environment is what Flow's runtime gives a local command, with the JSON codec
// chosen: Go connectors speak protobuf unless told.
func (o *Options) environment(task flow.Task) []string {
	level := o.LogLevel
	if level == "" {
		level = "info"
	}
	if level == "trace" && o.Language == "python" {
		level = "debug" // Python's logging knows no trace, and connectors die of it
	}
	env := []string{"FLOW_RUNTIME_CODEC=json", "LOG_FORMAT=json", "LOG_LEVEL=" + level}
	if o.BinDir != "" {
		env = append(env, "VIRTUAL_ENV="+filepath.Dir(o.BinDir), "PATH="+o.BinDir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	for k, v := range task.Env {
		env = append(env, k+"="+v)
	}
	return env
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
