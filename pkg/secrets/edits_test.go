package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// values reads a text in another way than the package does: into Go's maps and lists.
func values(t *testing.T, format Format, text string) map[string]any {
	t.Helper()
	var v map[string]any
	read := yaml.Unmarshal
	if format == JSON {
		read = json.Unmarshal
	}
	if err := read([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return v
}

// modelPut does to a tree of Go's maps and lists what an edit does to a text. It gives the tree.
func modelPut(v any, path []string, with any, remove bool) any {
	switch v := v.(type) {
	case map[string]any:
		if v == nil {
			v = map[string]any{}
		}
		switch {
		case len(path) > 1:
			v[path[0]] = modelPut(v[path[0]], path[1:], with, remove)
		case remove:
			delete(v, path[0])
		default:
			v[path[0]] = with
		}
		return v
	case []any:
		i, err := strconv.Atoi(path[0])
		if path[0] == "-" {
			i, err = len(v), nil
		}
		if err != nil {
			panic(err)
		}
		switch {
		case len(path) > 1:
			v[i] = modelPut(v[i], path[1:], with, remove)
			return v
		case remove:
			return slices.Delete(v, i, i+1)
		case i == len(v):
			return append(v, with)
		}
		v[i] = with
		return v
	}
	panic(fmt.Sprintf("%T", v))
}

// pointers lists all places of a document, and behind maps and lists one that is not there.
func pointers(d *document) (there, fresh []string) {
	var look func(n *node, place *pointer)
	look = func(n *node, place *pointer) {
		if place != nil {
			there = append(there, place.String())
		}
		switch n.kind {
		case mapping:
			fresh = append(fresh, place.to("new").String(), place.to("n: w_sops").String())
		case list:
			fresh = append(fresh, place.String()+"/-")
		}
		for _, m := range n.members {
			look(m.value, place.to(m.key.value))
		}
		for i, item := range n.items {
			look(item, place.at(i))
		}
	}
	look(d.root, nil)
	return there, fresh
}

// newValues are what is put into texts, as JSON.
var newValues = []string{`"word"`, `"two words"`, `"12"`, `"true"`, `""`, `" lead"`, `"it's #1: \"x\""`, `"one\ntwo\n"`, `"one\n\n  two"`, `"\ttab\u2028"`, `"é ☃ 😀"`, `"- x"`, `"*a"`, `"ENC[x]"`, "12", "1.5", "true", "null", "[]", "{}", `[1,"a b",{"c":null}]`, `{"a":"x: y","b":[[]]}`}

// Whatever is put where: the text then holds that value there, all else as it was, and no line away from it has changed.
func TestEditsOfRandomTexts(t *testing.T) {
	t.Parallel()
	done, refused := 0, 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 7))
		name, format, text := "c.yaml", YAML, makeYAML(seed)
		if seed%4 == 3 {
			name, format, text = "c.json", JSON, makeJSON(seed)
		}
		d, err := parse(name, format, []byte(text))
		if err != nil {
			continue
		}
		there, fresh := pointers(d)
		at, value, remove := there[r.IntN(len(there))], newValues[r.IntN(len(newValues))], r.IntN(3) == 0
		if !remove && r.IntN(2) == 0 {
			at = fresh[r.IntN(len(fresh))]
		}
		out, err := editOnce(d, at, value, remove)
		if err != nil {
			var f *fault.Error
			switch why := ""; {
			case !errors.As(err, &f) || f.File != name || f.Kind != fault.Blocked || f.Hint == "":
				t.Errorf("seed %d: %q at %s: %v", seed, text, at, err)
			case strings.Contains(text, "!!str"), strings.Contains(text, "|+"), strings.Contains(text, ">+"): // a tag would speak of the new value; blank lines would join the text above
			default:
				for _, why = range []string{"comments stand in what", "is all that it holds", ""} {
					if strings.Contains(f.Err.Error(), why) {
						break
					}
				}
				if why == "" {
					t.Errorf("seed %d: %s at %s, remove %v: %v in\n%q", seed, value, at, remove, err, text)
				}
			}
			refused++
			continue
		}
		done++
		if p, _ := d.find(at); p.node != nil && !remove {
			above := text[:strings.LastIndexByte(text[:p.node.span.Start], '\n')+1]
			below := text[d.lineEnd(p.node.end()):]
			if p.node.kind == scalar && (!strings.HasPrefix(string(out), above) || !strings.HasSuffix(strings.TrimSuffix(string(out), d.eol), strings.TrimSuffix(below, d.eol))) {
				t.Errorf("seed %d: other lines than that of %s changed: %q became %q", seed, at, text, out)
			}
		}
		parts, _ := splitPointer(at)
		want := modelPut(values(t, format, text), parts, values(t, format, `{"v": `+value+"}")["v"], remove)
		if got := values(t, format, string(out)); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: %s, %s, remove %v\n%q\n%q\ngot  %v\nwant %v", seed, at, value, remove, text, out, got, want)
		}
	}
	if done < 400 || refused > done/10 {
		t.Errorf("%d edits were made, %d refused", done, refused)
	}
}

func editOnce(d *document, at, value string, remove bool) ([]byte, error) {
	p, err := d.find(at)
	if err != nil {
		return nil, err
	}
	switch {
	case remove && p.node == nil:
		return d.text, nil
	case remove:
		return d.cut(p)
	}
	v, err := fromJSON([]byte(value))
	if err != nil {
		return nil, err
	}
	return d.put(p, v)
}
