package fakeflow

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// store is a materialization's: documents by packed key, in a file.
type store struct {
	path string
	Docs map[string]json.RawMessage
	Txns int
}

func openStore() *store {
	s := &store{path: os.Getenv("FAKEFLOW_STORE"), Docs: map[string]json.RawMessage{}}
	if text, err := os.ReadFile(s.path); err == nil {
		_ = json.Unmarshal(text, s)
	}
	return s
}

func (s *store) save() {
	text, _ := json.Marshal(s)
	_ = os.WriteFile(s.path, text, 0o644)
}

type stored struct {
	Binding      int
	Key          json.RawMessage
	KeyPacked    string
	Values       json.RawMessage
	ValuesPacked string
	Doc          json.RawMessage
	Exists       bool
	Delete       bool
}

func (s stored) key() string { return fmt.Sprint(s.Binding, " ", s.KeyPacked) }

// materialize plays a session against a store. Every request is logged.
func (f *fake) materialize() int {
	s := openStore()
	switch f.name {
	case "remote":
		f.say(`{"opened":{"runtimeCheckpoint":{"sources":{"acmeCo/users/pivot=00;materialize/acmeCo/m/users.v0":{"readThrough":"%d"}}}}}`, s.Txns)
	case "forgets":
		f.say(`{"opened":{"runtimeCheckpoint":{}}}`)
	case "no optimization":
		f.say(`{"opened":{"disableLoadOptimization":true}}`)
	default:
		f.say(`{"opened":{}}`)
	}
	_ = f.out.Flush()
	if f.name == "reads no more" {
		time.Sleep(time.Hour)
	}
	acks := 0
	var loads []string
	for {
		r, ok := f.next()
		if !ok {
			return f.lastWords()
		}
		switch {
		case r.Acknowledge != nil:
			acks++
			fmt.Fprintf(f.err, `{"level":"debug","msg":"acknowledge %s"}`+"\n", escaped(r.Acknowledge))
			f.acknowledge()
		case r.Load != nil:
			var l stored
			_ = json.Unmarshal(r.Load, &l)
			loads = append(loads, l.key())
			if f.name == "flushes early" {
				f.say(`{"flushed":{}}`)
			}
		case r.Flush != nil && f.name == "ends at flush":
			return 0
		case r.Flush != nil:
			fmt.Fprintf(f.err, `{"level":"debug","msg":"flush %s"}`+"\n", escaped(r.Flush))
			f.flush(s, loads)
			loads = nil
		case r.Store != nil:
			f.store(s, r.Store)
		case r.StartCommit != nil:
			fmt.Fprintf(f.err, `{"level":"debug","msg":"commit %s"}`+"\n", escaped(r.StartCommit))
			if f.name == "hangs in commit" {
				time.Sleep(time.Hour)
			}
			s.Txns++
			s.save()
			f.say(`{"startedCommit":{"state":{"updated":{"txn":%d},"mergePatch":true}}}`, s.Txns)
		}
		_ = f.out.Flush()
	}
}

func escaped(text json.RawMessage) string {
	quoted, _ := json.Marshal(string(text))
	return string(quoted[1 : len(quoted)-1])
}

func (f *fake) acknowledge() {
	if f.name == "acknowledges by flushed" {
		f.say(`{"flushed":{}}`)
		return
	}
	f.say(`{"acknowledged":{}}`)
	if f.name == "acknowledges twice" {
		f.say(`{"acknowledged":{}}`)
	}
}

func (f *fake) flush(s *store, loads []string) {
	for _, key := range loads {
		if doc, ok := s.Docs[key]; ok {
			f.say(`{"loaded":{"binding":%s,"doc":%s}}`, key[:1], doc)
			if f.name == "loads twice" {
				f.say(`{"loaded":{"doc":%s}}`, doc)
			}
		}
	}
	switch f.name {
	case "loads unasked":
		f.say(`{"loaded":{"doc":{"id":99}}}`)
	case "loads odd binding":
		f.say(`{"loaded":{"binding":3,"doc":{"id":1}}}`)
	}
	if f.name == "replaces" {
		f.say(`{"flushed":{"state":{"updated":{"staged":1}}}}`)
		return
	}
	f.say(`{"flushed":{}}`)
}

func (f *fake) store(s *store, text json.RawMessage) {
	var d stored
	_ = json.Unmarshal(text, &d)
	fmt.Fprintf(f.err, `{"level":"debug","msg":"store %s"}`+"\n", escaped(text))
	if _, there := s.Docs[d.key()]; there != d.Exists && f.name != "delta" {
		fmt.Fprintf(f.err, `{"level":"error","msg":"exists is %v for what is stored"}`+"\n", d.Exists)
	}
	s.Docs[d.key()] = d.Doc
	if d.Delete {
		delete(s.Docs, d.key())
	}
	if f.name == "talks in store" {
		f.say(`{"loaded":{"doc":{"id":1}}}`)
	}
}

// lastWords are what a connector says when its input has ended.
func (f *fake) lastWords() int {
	switch f.name {
	case "talks at the end":
		f.say(`{"acknowledged":{}}`)
	case "dies at the end":
		fmt.Fprintln(f.err, `{"level":"fatal","msg":"closing the store: disk full"}`)
		return 1
	}
	return 0
}
