package fakeflow

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// total are the documents of a capture's source, and each how many follow a checkpoint.
const (
	total = 40
	each  = 10
)

// capture plays a session. It goes on behind the document that the state names.
func (f *fake) capture(r request) int {
	from := 0
	if n, ok := r.Open.State["n"].(float64); ok {
		from = int(n)
	}
	switch f.name {
	case "no open":
		fmt.Fprintln(f.err, `{"level":"fatal","msg":"the host is down"}`)
		return 1
	case "other answer":
		f.say(`{"validated":{}}`)
		return 0
	case "acks", "greedy acks":
		f.say(`{"opened":{"explicitAcknowledgements":true}}`)
		return f.withAcks(from)
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	}
	f.say(`{"opened":{}}`)
	if status, odd := f.oddCapture(r); odd {
		return status
	}
	for i := from; i < total; i++ {
		f.document(i)
		if i%each == each-1 {
			f.say(`{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}`, i+1)
			_ = f.out.Flush()
			if f.name != "good" { // so that a test can stop it in the middle
				time.Sleep(time.Millisecond)
			}
		}
	}
	switch f.name {
	case "endless", "deaf":
		_ = f.out.Flush()
		time.Sleep(time.Hour)
	case "leak":
		token, _ := r.Open.Capture.Config["token"].(string)
		fmt.Fprintf(f.err, `{"level":"info","msg":"using %s"}`+"\n", token)
	}
	return 0
}

// document sends a document; the one that loses starts a session too late.
func (f *fake) document(i int) {
	name := fmt.Sprintf("%q", fmt.Sprint("user ", i))
	if f.name == "wrong types" && i%2 == 1 {
		name = "7"
	}
	key := fmt.Sprintf(`"id":%d`, i)
	if f.name == "no key" && i == 3 {
		key = `"other":1`
	}
	if f.name == "random keys" {
		key = fmt.Sprintf(`"id":%d`, time.Now().UnixNano())
	}
	f.say(`{"captured":{"doc":{%s,"name":%s}}}`, key, name)
	if f.name == "loses" && i%each == each/2 { // a state that runs ahead of its documents
		f.say(`{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}`, i+4)
	}
}

// oddCapture plays the sessions that are not as they should be.
func (f *fake) oddCapture(r request) (status int, odd bool) {
	lines := map[string][]string{
		"pending":      {`{"captured":{"doc":{"id":1,"name":"a"}}}`},
		"no state":     {`{"checkpoint":{}}`},
		"bad binding":  {`{"captured":{"binding":7,"doc":{"id":1}}}`},
		"no object":    {`{"captured":{"doc":[1]}}`},
		"text":         {"hello from a print"},
		"two kinds":    {`{"captured":{"doc":{"id":1}},"checkpoint":{"state":{"updated":{}}}}`},
		"no kind":      {`{}`},
		"unknown kind": {`{"loaded":{}}`},
		"nulls":        {`{"captured":{"doc":{"id":1,"name":"a"}},"checkpoint":null}`, `{"checkpoint":{"state":{"updated":{},"mergePatch":true}},"captured":null}`},
		"null key":     {`{"checkpoint":{"state":{"updated":{"a":{"b":1,"c":2},"n":3}}}}`, `{"checkpoint":{"state":{"updated":{"a":{"b":null}},"mergePatch":true}}}`},
		"replaces":     {`{"checkpoint":{"state":{"updated":{"a":1},"merge_patch":true}}}`, `{"checkpoint":{"state":{"updated":{"b":2}}}}`},
		"sourced":      {`{"sourcedSchema":{"schema_json":{"type":"object"}}}`, `{"sourced_schema":{"binding":0,"documentSchema":{"additionalProperties":false}}}`, `{"backfillBegin":{}}`, `{"backfillComplete":{"binding":0}}`, `{"checkpoint":{"state":{"updated":{}}}}`},
		"large":        {`{"captured":{"doc":{"id":1,"name":"` + strings.Repeat("x", 2<<20) + `"}}}`, `{"checkpoint":{"state":{"updated":{}}}}`},
	}
	if list, ok := lines[f.name]; ok {
		for _, line := range list {
			f.say("%s", line)
		}
		return 0, true
	}
	switch f.name {
	case "partial":
		f.document(1)
		fmt.Fprint(f.out, `{"captured":{"do`)
		return 0, true
	case "dies":
		for i := range each {
			f.document(i)
		}
		f.say(`{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}`, each)
		f.document(each)
		fmt.Fprintln(f.err, "Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: row 11 is broken")
		return 1, true
	case "silent", "deaf to all":
		_ = f.out.Flush()
		time.Sleep(time.Hour)
	case "flood":
		flood := strings.Repeat(`{"level":"debug","msg":"`+strings.Repeat("x", 200)+`"}`+"\n", 20_000)
		fmt.Fprint(f.err, flood)
	case "echo":
		text, _ := json.Marshal(r.Open)
		fmt.Fprintln(f.err, "ERROR", string(text), os.Getenv("LOG_LEVEL"))
		return 1, true
	}
	return 0, false
}

// withAcks waits after each checkpoint until it is acknowledged.
func (f *fake) withAcks(from int) int {
	for i := from; i < total; i++ {
		f.document(i)
		if i%each != each-1 {
			continue
		}
		f.say(`{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}`, i+1)
		_ = f.out.Flush()
		r, ok := f.next()
		if !ok || string(r.Acknowledge) != `{"checkpoints":1}` {
			fmt.Fprintf(f.err, `{"level":"error","msg":"one acknowledgement is wanted, got %q"}`+"\n", r.Acknowledge)
			return 1
		}
	}
	return 0
}
