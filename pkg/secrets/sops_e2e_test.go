//go:build e2e

package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// realSops runs the real program, with the identity of the tests.
func realSops(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // for what hangs: a busy machine takes its time
	defer cancel()
	cmd := exec.CommandContext(ctx, "sops", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Logf("sops %s: %s", strings.Join(args, " "), errs.String())
	}
	return out, err
}

// asData reads the JSON that sops prints.
func asData(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return v
}

// oddFiles are texts of all kinds that connkit encrypts: those written for the tests, and random ones.
func oddFiles() map[string][]string {
	var texts, objects []string
	for text := range yamlForms {
		texts = append(texts, text)
	}
	for i := range uint64(60) {
		texts, objects = append(texts, makeYAML(1000+i)), append(objects, makeJSON(1000+i))
	}
	for text := range jsonForms {
		objects = append(objects, text)
	}
	return map[string][]string{"config.yaml": texts, "config.json": objects}
}

// What connkit encrypts the real sops reads as the same values as the plain text, which it is given to encrypt and decrypt
// itself; and connkit reads what sops makes of them.
func TestE2EOddFilesGoBothWays(t *testing.T) {
	t.Parallel()
	for name, texts := range oddFiles() {
		done, compared := 0, 0
		for _, text := range texts {
			e := encrypt(t, name, text)
			if e.Err != nil {
				continue
			}
			done++
			_, sealed := write(t, name, string(e.After))
			ours, err := realSops(t, "decrypt", "--output-type", "json", sealed)
			if err != nil {
				t.Errorf("%q: sops does not open it: %v", text, err)
				continue
			}
			_, plain := write(t, name, text)
			if _, err := realSops(t, "encrypt", "-i", "--age", recipient, "--encrypted-suffix", "_sops", plain); err != nil {
				continue // sops refuses some that connkit does not
			}
			theirs, err := realSops(t, "decrypt", "--output-type", "json", plain)
			if err != nil {
				continue // its own file: it does not keep comments of every place
			}
			if !reflect.DeepEqual(asData(t, ours), asData(t, theirs)) {
				t.Errorf("%q\nby connkit %s\nby sops    %s", text, ours, theirs)
			}
			compared++
			o, err := Open(t.Context(), plain, OpenOptions{})
			if err != nil {
				t.Errorf("%q: connkit does not open what sops wrote: %v", text, err)
				continue
			}
			again := encrypt(t, name, string(o.Text))
			if again.Err != nil {
				t.Errorf("%q: what sops wrote cannot be encrypted once it is open: %v\n%s", text, again.Err, o.Text)
				continue
			}
			_, resealed := write(t, name, string(again.After))
			if third, err := realSops(t, "decrypt", "--output-type", "json", resealed); err != nil || !reflect.DeepEqual(asData(t, third), asData(t, theirs)) {
				t.Errorf("%q: after sops and connkit: %v\n%s", text, err, third)
			}
		}
		if done < 40 || compared < done/2 {
			t.Errorf("%s: %d files were encrypted, %d compared", name, done, compared)
		}
	}
}

// sops changes, rotates and re-keys what connkit has written, and connkit what sops has.
func TestE2EVerbsOfBothOnOneFile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"config.yaml": "# head\nhost: h # c\n\nnested:\n  - {n: 1, token_sops: 'a b'}\n  - token_sops: |\n      one\n      two\nlist_sops: [1, x, 2.5, true, null, \"\"]\nmap_sops:\n  # within\n  k: v\n",
		"config.json": "{\n  \"host\": \"h\",\n  \"nested\": [{\"n\": 1, \"token_sops\": \"a b\"}, {\"token_sops\": \"one\\ntwo\\n\"}],\n  \"list_sops\": [1, \"x\", 2.5, true, null, \"\"],\n  \"map_sops\": {\"k\": \"v\"}\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), name)
			e := encrypt(t, name, text)
			if e.Err != nil {
				t.Fatal(e.Err)
			}
			if err := os.WriteFile(file, e.After, 0o600); err != nil {
				t.Fatal(err)
			}
			must := func(args ...string) []byte {
				t.Helper()
				out, err := realSops(t, args...)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			same := func(what, want string) {
				t.Helper()
				if got := asData(t, must("decrypt", "--output-type", "json", file)); !reflect.DeepEqual(got, asData(t, []byte(want))) {
					t.Errorf("%s: sops reads %v", what, got)
				}
				if c := check(t, file); len(c.Findings) > 0 {
					t.Errorf("%s: %+v", what, c.Findings)
				}
				inClear(t, file)
			}
			values := `{"host": "h", "nested": [{"n": 1, "token_sops": "a b"}, {"token_sops": "one\ntwo\n"}], "list_sops": [1, "x", 2.5, true, null, ""], "map_sops": {"k": "v"}}`
			same("encrypted", values)
			set(t, file, "/map_sops/k", "w")
			values = strings.Replace(values, `"k": "v"`, `"k": "w"`, 1)
			same("set by connkit", values)
			must("set", file, `["nested"][0]["token_sops"]`, `"c d"`)
			values = strings.Replace(values, "a b", "c d", 1)
			same("set by sops", values)
			rotated(t, file)
			same("rotated by connkit", values)
			must("rotate", "-i", file)
			same("rotated by sops", values)
			rekey(t, file, recipient, another(t))
			same("given another recipient by connkit", values)
			must("rotate", "-i", "--rm-age", recipientOther(t, file), file)
			same("taken away by sops", values)
			must("unset", file, `["list_sops"][0]`)
			values = strings.Replace(values, `[1, "x"`, `["x"`, 1)
			same("an item taken out by sops", values)
		})
	}
}

// recipientOther gives the recipient of a file that is not that of the tests.
func recipientOther(t *testing.T, file string) string {
	t.Helper()
	d, err := readFile(file, file, "")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.sealedTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(tree.Metadata.KeyGroups) {
		if key := strings.TrimPrefix(name, "age key "); key != recipient {
			return key
		}
	}
	t.Fatal("it has one recipient")
	return ""
}
