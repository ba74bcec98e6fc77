package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
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
	LogLevel string        // LOG_LEVEL of the connector; "" is what its shards say, else info
	Timeout  time.Duration // for an answer; 0 is a minute for spec, three for the others
	Longer   string        // how a user gives more time, for hints, up to the time; "" is a flag --timeout
	Prefix   string        // of collection names; "" is acmeCo

	Image      string // run this image, whatever the catalog says; ":tag" is one of the connector's own
	Local      bool   // run the connector's code, also where the catalog names an image
	Repository string // of the connector's own images; "" is ghcr.io/estuary/NAME
	Engine     string // docker or podman; "" is the first in PATH
	Network    string // of a container; "" is the engine's default

	Config string   // file read instead of the config of the catalog
	Set    []string // /pointer=value, put into the config

	Decrypt flow.Decrypt   // of an encrypted config; nil refuses one
	Log     func(flow.Log) // gets the connector's log, secrets hidden; nil is silence
	Leak    func(flow.Log) // gets the entries that held a secret, hidden; nil is silence
	Note    func(string)   // gets what the user should know on the way; nil is silence
	Step    func(string)   // gets what takes its time before a call; nil is silence

	Found func(ctx context.Context, image string) error // told of an image that is there, before it is started; an error refuses it

	Debug     Debugger // runs the process of one call; nil is none
	DebugCall string   // spec, discover, validate, apply or open: that one
}

// catalogName is the catalog file of a connector.
const catalogName = "test.flow.yaml"

// target is a connector that can be started, with what it is asked about.
type target struct {
	task     flow.Task
	catalog  *flow.Catalog // nil for a connector without one
	endpoint endpoint
	config   flow.Config
	mask     flow.Masker // hides the secrets of the config
	options  *Options
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

func (o *Options) step(text string) {
	if o.Step != nil {
		o.Step(text)
	}
}

// prepare finds the task. With needConfig its config is read too; a spec needs
// none, and asks for no key.
func (o *Options) prepare(ctx context.Context, needConfig bool) (*target, error) {
	task, catalog, file, err := o.findTask()
	if err != nil {
		return nil, err
	}
	t := &target{task: task, catalog: catalog, options: o}
	if t.endpoint, err = o.endpoint(ctx, task, file); err != nil {
		return nil, err
	}
	if !needConfig {
		return t, nil
	}
	if t.config, err = task.Config(ctx, flow.ConfigOptions{Decrypt: o.Decrypt, File: o.Config, Set: o.Set}); err != nil {
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
func (o *Options) findTask() (flow.Task, *flow.Catalog, string, error) {
	file := o.Source
	if file == "" {
		file = filepath.Join(o.Dir, catalogName)
		if _, err := os.Stat(file); err != nil {
			task, file, err := o.withoutCatalog(file)
			return task, nil, file, err
		}
	}
	catalog, err := flow.Load(file)
	if err != nil {
		return flow.Task{}, nil, file, err
	}
	for _, w := range catalog.Warnings {
		o.note("%s", w)
	}
	task, err := catalog.Task(o.Task)
	return task, catalog, file, err
}

// endpoint starts the processes of a connector.
type endpoint interface {
	command() proc.Cmd
	process() Process
	connectorType() string // LOCAL or IMAGE
}

// endpoint chooses between the image and the command that the options or else
// the catalog say.
func (o *Options) endpoint(ctx context.Context, task flow.Task, file string) (endpoint, error) {
	ref := task.Image
	switch {
	case o.Image != "" && o.Local:
		return nil, fault.Usagef("running %q: it is either the image or the local code", task.Name)
	case o.Image != "":
		ref = o.Image
	case o.Local:
		ref = ""
	}
	var err error
	if ref != "" {
		if ref, err = o.imageName(ref, task.Image); err != nil {
			return nil, err
		}
		return o.container(ctx, ref, task)
	}
	if len(task.Command) == 0 {
		if task.Command, err = o.ownCommand(); err != nil {
			return nil, err
		}
		file = ""
	}
	if task.Proto {
		return nil, fault.Usagef("task %q speaks protobuf, and connkit run speaks JSON", task.Name).At(file, 0, 0)
	}
	return &local{argv: o.lookUp(task.Command), dir: o.workDir(task, file), env: o.environment(task), own: o.BinDir != ""}, nil
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
