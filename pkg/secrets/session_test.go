package secrets

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// A new file is made by the editor for the keys that encrypt would take; what is refused can be typed again.
func TestEditOfANewFile(t *testing.T) {
	dir := t.TempDir()
	create := EncryptOptions{Keys: Keys{Age: []string{recipient}}, KeysFrom: "the flags"}
	typing := func(texts ...string) func(context.Context, string) error {
		return func(_ context.Context, path string) error {
			text := texts[0]
			texts = texts[1:]
			return os.WriteFile(path, []byte(text), 0o600)
		}
	}
	edit := func(name string, o EditOptions) (*Rewrite, error) {
		o.Create, o.Getenv = create, os.Getenv
		return Edit(t.Context(), filepath.Join(dir, name), o)
	}
	var refused []string
	again := func(err error) bool { refused = append(refused, err.Error()); return true }
	r, err := edit("new.yaml", EditOptions{Editor: typing("a: [", "host: h\n", "t_sops: x\n"), Again: again})
	if err != nil || r.Done != "created" || len(refused) != 2 {
		t.Fatalf("%+v, %v, refused %q", r, err, refused)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := inClear(t, filepath.Join(dir, "new.yaml")); got != "t_sops: x\n" {
		t.Errorf("got %q", got)
	}
	began := ""
	if r, err := edit("new.json", EditOptions{Editor: typing("{\"t_sops\": \"x\"}"), Start: func(r *Rewrite) { began = strings.Join(r.Added, " ") }}); err != nil || r.Done != "created" || !strings.Contains(began, recipient) {
		t.Errorf("%+v, %v, began %q", r, err, began)
	}
	if r, err := edit("empty.yaml", EditOptions{Editor: typing(" \n")}); err != nil || r.Done != "" {
		t.Errorf("an empty text: %+v, %v", r, err)
	}
	if r, err := edit("bad.yaml", EditOptions{Editor: typing("host: h\n")}); fault.KindOf(err) != fault.Blocked || r.After != nil {
		t.Errorf("no secret in it: %+v, %v", r, err)
	}
	for name, kind := range map[string]fault.Kind{"none/new.yaml": fault.Usage, "new.txt": fault.Usage} {
		if _, err := edit(name, EditOptions{Editor: func(context.Context, string) error { t.Error("the editor opens"); return nil }}); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(left) > 0 {
		t.Errorf("written without Apply: %v", left)
	}
}
