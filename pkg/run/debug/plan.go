package debug

import (
	"context"
	"net"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

// Options say what is debugged and how. Name, Dir, Root and Process are needed.
type Options struct {
	Name     string      // of the connector
	Dir      string      // its folder, absolute
	Root     string      // the folder that is open in the editor, absolute
	Language string      // python or go
	Process  run.Process // that would be started: [run.Program]

	Port       int           // on 127.0.0.1; 0 is one that stays the same as far as it is free
	Wait       time.Duration // how long the connector waits for a debugger; 0 is not
	Subprocess bool          // Python's child processes are debugged too
	NoLaunch   bool          // the editor's launch.json is left alone
	Copy       string        // folder of connkit's own debugpy: [CopyDir]

	Tell func(Address)    // is told when a debugger can attach; nil is silence
	Note func(why string) // is told what happens with debuggers; nil is silence
}

// Address is where a debugger attaches.
type Address struct {
	Program string        `json:"debugger"` // debugpy or dlv
	Host    string        `json:"host"`
	Port    int           `json:"port"`
	Wait    time.Duration `json:"-"`
	Image   string        `json:"image,omitempty"` // that the connector runs in
}

// Plan is what was decided: the port is taken, and nothing is written or started.
// The editor's entry is written when the process of the call is started: what
// fails before, such as a wrong config, leaves the file as it was.
type Plan struct {
	Address
	Launch   *Launch   `json:"launch,omitempty"` // nil when the editor's file is left alone
	Debugger *Debugger `json:"-"`
}

// NewPlan reads the editor's file, takes the port and looks for the debugger.
// [Plan.Close] gives the port back.
//
// A missing debugger or a port that is taken is [fault.Environment]; a
// launch.json that cannot be edited, or a command that no debugger can start, is [fault.Usage].
func NewPlan(ctx context.Context, o Options) (*Plan, error) {
	b, err := newBackend(&o)
	if err != nil {
		return nil, err
	}
	if err := o.children(); err != nil {
		return nil, err
	}
	name := "Attach to " + o.Name + " (connkit)"
	if o.Process.Container != nil {
		name = "Attach to " + o.Name + " in its image (connkit)"
	}
	var file []byte
	var known int
	if !o.NoLaunch {
		if file, err = readLaunch(o.Root); err != nil {
			return nil, err
		}
		known = newEntry(name, o.Language, 0, nil).port(file)
	}
	l, err := openPort(o.Port, known, o.Name)
	if err != nil {
		return nil, err
	}
	p, err := o.plan(ctx, b, l, name, file)
	if err != nil {
		_ = l.Close() // nobody has it
		return nil, err
	}
	return p, nil
}

// children refuses --subprocess where a child would wait for ever: each has a
// debugger's address of its own, which no editor gets to in a container.
func (o *Options) children() error {
	switch {
	case !o.Subprocess:
		return nil
	case o.Language != "python":
		return fault.Usagef("debugging %q: --subprocess is of Python, and its language is %q", o.Name, o.Language)
	case o.Process.Container != nil:
		return fault.Usagef("debugging the image %s: no debugger gets to its child processes, which --subprocess would have wait", o.Process.Container.Ref).
			WithHint("leave --subprocess out, or debug the code: --local")
	}
	return nil
}

func (o *Options) plan(ctx context.Context, b backend, l net.Listener, name string, file []byte) (*Plan, error) {
	port := l.Addr().(*net.TCPAddr).Port
	p := &Plan{Address: Address{Program: b.name(), Host: loopback, Port: port, Wait: o.Wait}}
	if c := o.Process.Container; c != nil {
		p.Image = c.Ref
	}
	if !o.NoLaunch {
		var err error
		if p.Launch, err = newEntry(name, o.Language, port, o.mapping()).plan(o.Root, file); err != nil {
			return nil, err
		}
	}
	if err := b.check(ctx); err != nil {
		return nil, err
	}
	p.Debugger = &Debugger{o: o, back: b, address: p.Address, launch: p.Launch}
	p.Debugger.door = openDoor(l, p.Debugger.note, b.words()...)
	return p, nil
}

// mapping is where an image has the connector's folder: its working directory,
// as its Dockerfile copies it there. On this machine the paths are the same.
func (o *Options) mapping() *place {
	c := o.Process.Container
	if c == nil || c.WorkDir == "" || c.WorkDir == "/" {
		return nil
	}
	return &place{workspacePath(o.Root, o.Dir), c.WorkDir}
}

// Close gives the port back and sends who is attached away.
func (p *Plan) Close() { p.Debugger.door.close() }

// backend is a debugger of one language.
type backend interface {
	name() string
	words() []string // its clients begin with one of them
	check(ctx context.Context) error
	wrap(ctx context.Context, p run.Process, tmp string) (wrapped, error)
	ready(ctx context.Context, s run.Running) (inner string, err error)
	left()                                   // the last client has gone
	ending(s run.Running, quiet func() bool) // quiet tells that no client is there any more
	fate() error                             // of the debugger itself, when it ended before its time
}

func newBackend(o *Options) (backend, error) {
	switch o.Language {
	case "python":
		return &python{o: o}, nil
	case "go":
		return &delve{o: o}, nil
	}
	return nil, fault.Usagef("debugging %q: there is a debugger for Python and for Go, and its language is %q", o.Name, o.Language)
}
