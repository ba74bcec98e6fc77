package ci

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// without takes a connector out of what a workflow says: items that are its name,
// entries of it, its path patterns, and its name in lists of expressions.
func without(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			if list, ok := without(value, name).([]any); ok && key == "include" && len(list) == 0 {
				continue // goes with its last entry
			}
			m[key] = without(value, name)
		}
		return m
	case []any:
		list := []any{}
		for _, item := range v {
			entry, isMap := item.(map[string]any)
			if item == name || item == name+"/**" || isMap && (entry["name"] == name || entry["connector"] == name) {
				continue
			}
			list = append(list, without(item, name))
		}
		return list
	case string:
		if quoted := `"` + name + `"`; strings.Contains(v, quoted) {
			v = strings.Replace(blankless(v).(string)+",", quoted+",", "", 1)
			v = strings.Replace(strings.TrimSuffix(v, ","), ","+quoted, "", 1)
			v = strings.Replace(v, quoted, "", 1)
		}
		return v
	}
	return v
}

// blankless makes texts comparable whose blanks an expression's list has lost.
func blankless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = blankless(v[key])
		}
		return v
	case []any:
		for i := range v {
			v[i] = blankless(v[i])
		}
		return v
	case string:
		return strings.Join(strings.Fields(v), "")
	}
	return v
}

// lost gives the lines of a text, by their numbers, that another one does not have
// in the same order.
func lost(before, after string) map[int]string {
	was, is := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	common := make([][]int, len(was)+1)
	for i := range common {
		common[i] = make([]int, len(is)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(is) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); was[i] == is[j] {
				common[i][j] = max(common[i][j], common[i+1][j+1]+1)
			}
		}
	}
	gone := map[int]string{}
	for i, j := 0, 0; i < len(was); {
		switch {
		case j < len(is) && was[i] == is[j]:
			i, j = i+1, j+1
		case j < len(is) && common[i][j+1] >= common[i+1][j]:
			j++
		default:
			gone[i] = was[i]
			i++
		}
	}
	return gone
}

// goneBeside tells whether the next line up or down that is not blank is gone as well.
// Of blank ones nobody can tell which is still there.
func goneBeside(text string, gone map[int]string, i, step int) bool {
	lines := strings.SplitAfter(text, "\n")
	for i += step; i >= 0 && i < len(lines); i += step {
		if _, is := gone[i]; is || strings.TrimSpace(lines[i]) != "" {
			return is
		}
	}
	return false
}

var entryKey = regexp.MustCompile(`^\s*(-\s*)?(type|version|env|IMAGE|python|include)\b`)

// Of any workflow that can be edited: what a removal leaves says the same but for
// the connector, no line changes but those that named it, and what it says can be
// put back.
func TestGeneratedRemovals(t *testing.T) {
	t.Parallel()
	removed, refused := 0, map[string]int{}
	for seed := range uint64(200) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 11))}
		text := g.workflow()
		for _, name := range []string{"source-a", "source-z", "source-p"} {
			r, _, err := fuzzRepo(text, name, name == "source-p")
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
			var change Change
			if err := r.remove(name, Options{}, &change); err != nil {
				refused[fmt.Sprintf("%.60s", err)]++
				if r.workflows[0].doc.Text != nil && string(r.workflows[0].doc.Text) != text {
					t.Fatalf("seed %d: refused, and changed", seed)
				}
				continue
			}
			got := string(r.workflows[0].doc.Text)
			var before, after any
			if yaml.Unmarshal([]byte(text), &before) != nil || yaml.Unmarshal([]byte(got), &after) != nil {
				t.Fatalf("seed %d: %s is no YAML\n%s", seed, name, got)
			}
			if len(change.Edits) == 0 {
				if got != text {
					t.Fatalf("seed %d: nothing is told of\n%s", seed, got)
				}
				continue
			}
			removed++
			if want := blankless(without(before, name)); !reflect.DeepEqual(want, blankless(after)) {
				t.Fatalf("seed %d: without %s, of\n%s\nis left\n%s", seed, name, text, got)
			}
			gone := lost(text, got)
			for i, line := range gone { // those that name it, an entry's other keys, what stands between these, and what loses a comma or a line ending beside it
				above, below := goneBeside(text, gone, i, -1), goneBeside(text, gone, i, 1)
				if !strings.Contains(line, name) && !entryKey.MatchString(line) && (!above || !below) && !strings.Contains(got, strings.TrimRight(line, ", \r\n")) {
					t.Fatalf("seed %d: without %s the line %q is lost\n%s\n%s", seed, name, line, text, got)
				}
			}
			for _, e := range change.Edits {
				if e.Action != "remove" || e.Connector != name || e.Text == "" && e.Style == "block" {
					t.Errorf("seed %d: %+v", seed, e)
				}
			}
			if again := (Change{}); r.remove(name, Options{}, &again) != nil || len(again.Edits) > 0 {
				t.Errorf("seed %d: a second removal of %s: %+v", seed, name, again.Edits)
			}
		}
	}
	if removed < 300 {
		t.Errorf("%d were removed; refused: %v", removed, refused)
	}
}
