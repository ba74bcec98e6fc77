package secrets

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// flat lists the values of a text by their pointers, in another way than the package does.
func flat(v any, at string, into map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			flat(value, at+"/"+escaper.Replace(key), into)
		}
		if len(v) == 0 {
			into[at] = "{}"
		}
	case []any:
		for i, value := range v {
			flat(value, fmt.Sprintf("%s/%d", at, i), into)
		}
		if len(v) == 0 {
			into[at] = "[]"
		}
	default:
		into[at] = v
	}
}

// Whatever is edited in a sealed file: the new text comes back byte for byte, the report names exactly what has
// changed and shows no secret, and no ciphertext is new but those of new values, the layout and the signature.
func TestEditsOfRandomSealedTexts(t *testing.T) {
	t.Parallel()
	done := 0
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 13))
		name, format, text := "config.yaml", YAML, makeYAML(seed)
		if seed%4 == 0 {
			name, format, text = "config.json", JSON, makeJSON(seed)
		}
		e := encrypt(t, name, text)
		if e.Err != nil {
			continue
		}
		o := decrypt(t, name, e.After)
		before, err := parse(name, format, o.Text)
		if err != nil {
			t.Fatal(err)
		}
		now := before
		for range 1 + r.IntN(2) {
			there, fresh := pointers(now)
			at := append(there, fresh...)[r.IntN(len(there)+len(fresh))]
			out, err := editOnce(now, at, newValues[r.IntN(len(newValues))], r.IntN(4) == 0 && strings.Count(at, "/") < 3)
			if err != nil {
				continue
			}
			if now, err = parse(name, format, out); err != nil {
				t.Fatal(err)
			}
		}
		rewrite := &Rewrite{File: name}
		if err := rewrite.seal(o.opened, before, now.text, nil); err != nil {
			if fault.KindOf(err) == fault.Failed || !strings.HasPrefix(err.Error(), name) {
				t.Errorf("seed %d: %v", seed, err)
			}
			continue
		}
		done++
		if got := decrypt(t, name, rewrite.After); string(got.Text) != string(now.text) || got.Anew {
			t.Errorf("seed %d: %q became %q", seed, now.text, got.Text)
		}
		checkReport(t, rewrite, values(t, format, text), values(t, format, string(now.text)))
		checkCiphers(t, string(e.After), rewrite, string(now.text))
	}
	if done < 45 {
		t.Errorf("only %d edits were sealed", done)
	}
}

// An empty map is something else than an empty list.
func TestEmptyOnesAreTold(t *testing.T) {
	t.Parallel()
	var docs []*document
	for _, text := range []string{"a: []\nb_sops: {}\nc: {}\nd: ''\n", "a: {}\nb_sops: []\nc: {}\nd: []\n"} {
		d, err := parse("c.yaml", YAML, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	want := []Value{{Pointer: "/a", Change: "changed", Before: "[]", After: "{}"}, {Pointer: "/b_sops", Change: "changed", Secret: true}, {Pointer: "/d", Change: "changed", After: "[]"}}
	if got := changes(docs[0], docs[1], regime{suffix: "_sops"}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func checkReport(t *testing.T, r *Rewrite, was, is map[string]any) {
	t.Helper()
	before, after := map[string]any{}, map[string]any{}
	flat(was, "", before)
	flat(is, "", after)
	named := map[string]string{}
	for _, v := range r.Values {
		named[v.Pointer] = v.Change
		if v.Secret != strings.Contains(v.Pointer, "_sops") || v.Secret && v.Before+v.After != "" {
			t.Errorf("reported %+v", v)
		}
	}
	for at, old := range before {
		now, has := after[at]
		want := map[bool]string{true: "changed", false: "removed"}[has]
		if has && reflect.DeepEqual(old, now) {
			want = ""
		}
		if named[at] != want && (want != "" || fmt.Sprint(old) != fmt.Sprint(now)) {
			t.Errorf("%s: reported %q, want %q (%v, %v)", at, named[at], want, old, now)
		}
	}
	for at := range after {
		if _, had := before[at]; !had && named[at] != "added" {
			t.Errorf("%s: reported %q, want added", at, named[at])
		}
	}
}

func checkCiphers(t *testing.T, sealed string, r *Rewrite, text string) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range cipherText.FindAllString(sealed, -1) {
		known[c] = true
	}
	fresh := 0
	for _, c := range cipherText.FindAllString(string(r.After), -1) {
		fresh += tally(!known[c])
	}
	most := 2 // the signature and the layout
	for _, v := range r.Values {
		most += tally(v.Secret)
	}
	if strings.Contains(text, "#") {
		return // comments among secrets are encrypted too
	}
	if fresh > most {
		t.Errorf("%d ciphertexts are new, for %+v", fresh, r.Values)
	}
}
