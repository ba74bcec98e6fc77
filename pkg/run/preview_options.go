package run

import (
	"io"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// PreviewOptions say how long a preview goes on and what becomes of it. Out is needed.
type PreviewOptions struct {
	Options

	Sessions     []int         // checkpoints of each session, or transactions; -1 or none is all there are
	Duration     time.Duration // of all sessions together; 0 is no end
	InitialState string        // JSON that the first session is opened with
	StateFile    string        // read if it is there, written at each checkpoint; "" is none
	OutputState  bool          // print state changes among the documents, and the state at the end
	OutputApply  bool          // print what the connector did to put the task in place
	Unchecked    bool          // documents are not checked against schema and key

	Fixture string    // documents for a materialization or derivation; "-" is Stdin
	Stdin   io.Reader // read by Fixture "-"
	Runtime string    // v1 | v2, the generation of Flow's runtime to be; "" is v2
	LoadAll bool      // load each key, also those that are new for sure

	KillAfter int // documents after which the connector is killed, as in a crash; 0 is never
	StopAfter int // documents after which the connector is stopped; 0 is never

	Out      io.Writer             // gets ["collection", document] lines
	Commit   func()                // called at each checkpoint, when the documents before it are in Out; nil for none
	Progress func(r PreviewResult) // gets the numbers so far, now and then; nil is silence
}

// Fits is a [fault.Usage] error when a task of that kind needs a fixture, or takes none.
func (o *PreviewOptions) Fits(task, kind string) error {
	switch {
	case kind == "capture" == (o.Fixture == ""):
		return nil
	case o.Fixture == "":
		return fault.Usagef("previewing %q: a %s needs documents", task, kind).WithHint("--fixture FILE, a file of [\"collection\", document] lines")
	}
	return fault.Usagef("previewing %q: a capture takes no fixture", task)
}

func (o *PreviewOptions) check() error {
	if o.Runtime != "" && o.Runtime != "v1" && o.Runtime != "v2" {
		return fault.Usagef("reading the options: the runtime %q is none of v1, v2", o.Runtime)
	}
	if o.Duration < 0 || o.KillAfter < 0 {
		return fault.Usagef("reading the options: neither a time nor a count of documents is below zero")
	}
	for i, n := range o.Sessions {
		if n == 0 || n < -1 || n < 0 && i < len(o.Sessions)-1 {
			return fault.Usagef("reading the options: a session has 1 or more checkpoints, and only the last may have -1, for no end")
		}
	}
	return nil
}
