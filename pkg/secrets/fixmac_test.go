package secrets

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// A value that was typed in clear is encrypted in its place, and what has changed since git's last sound version is told.
func TestFixMACOfTypedValues(t *testing.T) {
	file := sealFile(t, "c.yaml", "a_sops: one\nb: 1\nl_sops:\n  - x\n  - y\n")
	dir := filepath.Dir(file)
	r, err := FixMAC(t.Context(), file, OpenOptions{})
	if err != nil || r.Done != "" {
		t.Errorf("nothing is to do: %+v, %v", r, err)
	}
	text := read(t, file)
	from := strings.Index(text, "ENC[")
	typed := text[:from] + "'typed'" + text[strings.IndexByte(text[from:], '\n')+from:]
	typed = strings.Replace(typed, "b: 1\n", "b: 2\n", 1)
	testkit.Put(t, dir, map[string]string{"c.yaml": typed})
	r, err = FixMAC(t.Context(), file, OpenOptions{})
	if err != nil || r.Done != "signed" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "git has no version") {
		t.Fatalf("in no repository: %+v, %v", r, err)
	}
	testkit.Git(t, dir, "init", "-q")
	for _, version := range []string{text, "a: [\n", typed} { // the one between cannot be read
		testkit.Put(t, dir, map[string]string{"c.yaml": version})
		testkit.Git(t, dir, "add", "-A")
		testkit.Git(t, dir, "commit", "-qm", "x")
	}
	if r, err = FixMAC(t.Context(), file, OpenOptions{}); err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, v := range r.Values {
		changed = append(changed, v.Pointer+" "+v.Change+" "+v.Before+">"+v.After)
	}
	if got := strings.Join(changed, ", "); got != "/a_sops changed >, /b changed 1>2" || !strings.HasPrefix(r.Source, "commit ") {
		t.Errorf("values %q, source %q", got, r.Source)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := inClear(t, file); got != "a_sops: 'typed'\nb: 2\nl_sops:\n  - x\n  - y\n" || strings.Contains(read(t, file), "typed") {
		t.Errorf("got\n%s", got)
	}
}
