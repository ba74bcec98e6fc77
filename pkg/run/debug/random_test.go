package debug

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tailscale/hujson"
)

// writer makes launch.json files as people write them: with comments, trailing
// commas, tabs, line ends of another system, and entries of any kind.
type writer struct {
	random *rand.Rand
	nl     string
	unit   string
}

func (w *writer) one(of ...string) string { return of[w.random.IntN(len(of))] }

// gap is what may stand between two tokens.
func (w *writer) gap(depth int) string {
	indent := strings.Repeat(w.unit, depth)
	return w.one("", " ", w.nl+indent, w.nl+indent, " // c {[\""+w.nl+indent, " /* , } */ ", w.nl+w.nl+indent)
}

func (w *writer) object(depth int, members ...string) string {
	var b strings.Builder
	b.WriteString("{")
	for i, m := range members {
		if i > 0 {
			b.WriteString("," + w.gap(depth+1))
		}
		b.WriteString(w.gap(depth+1) + m)
	}
	if len(members) > 0 {
		b.WriteString(w.one("", "", ","))
	}
	return b.String() + w.gap(depth) + "}"
}

func (w *writer) entry(name string, port int) string {
	members := []string{fmt.Sprintf("%q: %q", "name", name), `"type":` + w.gap(2) + `"debugpy"`}
	switch w.random.IntN(4) {
	case 0:
		members = append(members, fmt.Sprintf(`"connect": {"host": "127.0.0.1",%s"port": %d%s}`, w.gap(3), port, w.gap(3)))
	case 1:
		members = append(members, fmt.Sprintf(`"connect": {"port": %d}`, port))
	case 2:
		members = append(members, `"connect": `+w.one("null", "{}", `"x"`))
	}
	members = append(members, `"mine": [1, {"port": 3}]`)
	w.random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return w.object(2, members...)
}

func (w *writer) file(own bool) string {
	list := []string{w.entry("Run", 1), w.entry("Attach to y (connkit)", 2)}[:w.random.IntN(3)]
	if own {
		list = append(list, w.entry("n", 3))
		w.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	body := "[" + w.gap(2) + strings.Join(list, ","+w.gap(2)) + w.gap(1) + "]"
	members := []string{`"version": "0.2.0"`, `"configurations":` + w.gap(1) + body, `"inputs": []`}
	if !own && w.random.IntN(4) == 0 {
		members = []string{`"version": "0.2.0"`}
	}
	return w.one("", "", "\xef\xbb\xbf") + w.gap(0) + w.object(0, members...) + w.one("", w.nl, " // end")
}

// configurations reads a file as VS Code does.
func configurations(t *testing.T, file []byte) (list []map[string]any) {
	t.Helper()
	plain, err := hujson.Standardize(append(bytes.TrimPrefix(bytes.Clone(file), bom), '\n'))
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	var doc struct{ Configurations []map[string]any }
	if err := json.Unmarshal(plain, &doc); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return doc.Configurations
}

// Whatever stands in a file: the entry is right afterwards, all others are what
// they were, and so is every member of it that is not the address; a second time changes nothing.
func TestRandomFiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(20, 26))
	for range 600 {
		w := &writer{random, "\n", "    "}
		if random.IntN(3) == 0 {
			w.nl = "\r\n"
		}
		if random.IntN(3) == 0 {
			w.unit = "\t"
		}
		own := random.IntN(2) == 0
		before := w.file(own)
		e := newEntry("n", "python", 7, nil)
		after, action, err := e.merge([]byte(before))
		if err != nil || own && action == "add" || !own && action != "add" {
			t.Fatalf("%q: %s, %v", before, action, err)
		}
		if !own {
			wantInsertion(t, before, string(after))
		}
		var others []map[string]any
		for _, c := range configurations(t, after) {
			if c["name"] != "n" {
				others = append(others, c)
				continue
			}
			connect, _ := c["connect"].(map[string]any)
			if connect["port"] != 7.0 || connect["host"] != "127.0.0.1" || c["type"] != "debugpy" || own && c["mine"] == nil {
				t.Fatalf("%q:\ngot %v\nin %s", before, c, after)
			}
		}
		var wanted []map[string]any
		for _, c := range configurations(t, []byte(before)) {
			if c["name"] != "n" {
				wanted = append(wanted, c)
			}
		}
		if fmt.Sprint(others) != fmt.Sprint(wanted) {
			t.Fatalf("%q:\nothers were %v\nand are %v", before, wanted, others)
		}
		if again, action, err := e.merge(after); err != nil || action != "keep" || !bytes.Equal(again, after) {
			t.Fatalf("%q: a second time %s, %v\n%s\n---\n%s", before, action, err, after, again)
		}
	}
}
