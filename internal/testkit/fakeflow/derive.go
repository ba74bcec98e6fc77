package fakeflow

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// config has a secret, which a good connector does not log.
var config = regexp.MustCompile(`"config":\{[^}]*\},?`)

// derive sums amounts by user. Its state is how many documents it has read.
func (f *fake) derive(r request) int {
	seen := 0
	if n, ok := r.Open.State["seen"].(float64); ok {
		seen = int(n)
	}
	fmt.Fprintf(f.err, `{"level":"debug","msg":"open %s"}`+"\n", escaped(config.ReplaceAll(r.Open.Collection, nil)))
	if strings.HasPrefix(f.name, "remote") {
		f.say(`{"opened":{"runtimeCheckpoint":{"sources":{}}}}`)
	} else {
		f.say(`{"opened":{}}`)
	}
	_ = f.out.Flush()
	totals, rounds := map[string]float64{}, 0
	for {
		r, ok := f.next()
		if !ok {
			return f.lastWords()
		}
		switch {
		case r.Read != nil:
			f.read(r.Read, totals)
			seen++
		case r.Flush != nil:
			fmt.Fprintf(f.err, `{"level":"debug","msg":"flush %s"}`+"\n", escaped(r.Flush))
			rounds = f.flushTotals(totals, seen, rounds)
		case r.StartCommit != nil:
			fmt.Fprintf(f.err, `{"level":"debug","msg":"commit %s"}`+"\n", escaped(r.StartCommit))
			if f.name == "old" || f.name == "remote with state" {
				f.say(`{"startedCommit":{"state":{"updated":{"seen":%d},"mergePatch":true}}}`, seen)
			} else {
				f.say(`{"startedCommit":{}}`)
			}
		}
		_ = f.out.Flush()
	}
}

func (f *fake) read(text json.RawMessage, totals map[string]float64) {
	var d struct {
		Doc struct {
			User   string
			Amount float64
		}
	}
	_ = json.Unmarshal(text, &d)
	fmt.Fprintf(f.err, `{"level":"debug","msg":"read %s"}`+"\n", escaped(text))
	totals[d.Doc.User] += d.Doc.Amount
	switch f.name {
	case "flushes early":
		f.say(`{"flushed":{}}`)
	case "publishes at once":
		f.say(`{"published":{"doc":{"user":%q,"total":%v}}}`, d.Doc.User, totals[d.Doc.User])
	}
}

func (f *fake) flushTotals(totals map[string]float64, seen, rounds int) int {
	var users []string
	for u := range totals {
		users = append(users, u)
	}
	slices.Sort(users)
	for _, u := range users {
		total := fmt.Sprint(totals[u])
		if f.name == "wrong types" {
			total = `"much"`
		}
		f.say(`{"published":{"doc":{"user":%q,"total":0}}}`, u) // the last of a key counts
		f.say(`{"published":{"doc":{"user":%q,"total":%s}}}`, u, total)
	}
	clear(totals)
	switch {
	case f.name == "no object":
		f.say(`{"published":{"doc":3}}`)
	case f.name == "always more", f.name == "more" && rounds == 0:
		f.say(`{"flushed":{"more":true,"state":{"updated":{"seen":%d},"mergePatch":true}}}`, seen)
		return rounds + 1
	case f.name == "old", strings.HasPrefix(f.name, "remote"):
		f.say(`{"flushed":{}}`)
		return 0
	}
	f.say(`{"flushed":{"state":{"updated":{"seen":%d},"mergePatch":true}}}`, seen)
	if f.name == "publishes late" {
		f.say(`{"published":{"doc":{"user":"late","total":1}}}`)
	}
	return 0
}
