//go:build e2e

package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/expose"
)

// setTo changes a value by connkit, as a script does.
func (l *lab) setTo(file, pointer, value string) {
	l.t.Helper()
	cmd := l.command(l.dir, nil, "connkit", "secrets", "set", file, pointer)
	cmd.Stdin = strings.NewReader(value)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("secrets set: %v: %s", err, out)
	}
}

// byEditor is an editor that exchanges one text for another.
func byEditor(from, to string) []string {
	return []string{"EDITOR=sed -i 's/" + from + "/" + to + "/'"}
}

func (l *lab) edited(program, file, from, to string) {
	l.t.Helper()
	argv := []string{program, "edit", file}
	if out, errOut, code := l.runIn(l.dir, byEditor(from, to), argv...); code != 0 {
		l.t.Fatalf("%v: exit %d: %s%s", argv, code, out, errOut)
	}
}

// Whatever verb of either program a file goes through, the other opens it, with every type of key.
func TestE2ESecretsVerbs(t *testing.T) {
	t.Parallel()
	l := newLab(t).withPGP()
	for name, keys := range keysOf(l) {
		for file, text := range map[string]string{"config.yaml": interopYAML, "config.json": interopJSON} {
			t.Run(name+" "+file, func(t *testing.T) {
				at := &lab{t: t, dir: t.TempDir(), home: l.home, env: l.env, fake: l.fake, age: l.age, age2: l.age2}
				at.verbs(file, text, keys)
			})
		}
	}
}

func (l *lab) verbs(file, text string, keys []string) {
	l.t.Helper()
	want := interopValues
	same := func(what, old, now string) {
		l.t.Helper()
		want = strings.Replace(want, old, now, 1)
		l.sameValues(what+", by sops", l.ok("sops", "decrypt", "--output-type", "json", file), want)
		l.sameValues(what+", by connkit", l.asJSON(file), want)
		l.ok("connkit", "secrets", "check", file)
	}
	l.write(file, text)
	l.ok(append([]string{"connkit", "encrypt", file}, keys...)...)
	l.setTo(file, "/credentials/password_sops", "of set")
	same("connkit secrets set", "it's hunter2", "of set")
	l.edited("connkit", file, "first-token", "of edit")
	same("connkit edit", "first-token", "of edit")
	l.ok("sops", "set", file, `["credentials"]["user"]`, `"bob"`)
	same("sops set", `"ann"`, `"bob"`)
	l.edited("connkit", file, "db.example.com", "of connkit")
	same("connkit edit of sops's", "db.example.com", "of connkit")
	l.edited("sops", file, "of edit", "of sops")
	same("sops edit", "of edit", "of sops")
	l.ok("connkit", "secrets", "rotate", file)
	same("connkit secrets rotate", "", "")
	l.ok("sops", "rotate", "-i", file)
	l.setTo(file, "/key_sops", "short")
	same("connkit secrets set after sops rotate", `line one\nline two\n`, "short")
	l.ok("connkit", "secrets", "unset", file, "/empty_sops")
	same("connkit secrets unset", `, "empty_sops": ""`, "")

	// A third key by connkit, without the others being asked; then signed by hand.
	l.ok(append([]string{"connkit", "secrets", "updatekeys", "--yes", file, "--age", l.age2}, keys...)...)
	two := []string{"SOPS_AGE_KEY_FILE=" + filepath.Join(l.home, "two", "sops/age/keys.txt")}
	for _, argv := range [][]string{{"sops", "decrypt", file}, {"connkit", "decrypt", file}} {
		if out, errOut, code := l.runIn(l.dir, two, argv...); code != 0 || !strings.Contains(out, "of set") {
			l.t.Errorf("%v with the new key: %d %s", argv, code, errOut)
		}
	}
	l.write(file, strings.Replace(l.read(file), "5432", "5433", 1))
	l.refused(1, "signature", "connkit", "decrypt", file)
	l.ok("connkit", "secrets", "fix-mac", "--yes", file)
	same("connkit secrets fix-mac", "5432", "5433")

	// Two branches.
	base := l.read(file)
	l.write("base"+filepath.Ext(file), base)
	l.write("theirs"+filepath.Ext(file), base)
	l.setTo(file, "/credentials/password_sops", "of ours")
	l.ok("sops", "set", "theirs"+filepath.Ext(file), `["key_sops"]`, `"of theirs"`)
	l.ok("connkit", "secrets", "merge", "base"+filepath.Ext(file), file, "theirs"+filepath.Ext(file))
	want = strings.Replace(want, "of set", "of ours", 1)
	same("connkit secrets merge", "short", "of theirs")
}

// No verb puts a secret into an argument, an environment, a message or a file but
// the one that the editor has, and that one only the user can read.
func TestE2ESecretsVerbsExposure(t *testing.T) {
	l := newLab(t)
	const value = "s3cr3t-of-the-verbs"
	run, kit := filepath.Join(l.dir, "run"), t.TempDir()
	l.must(os.Mkdir(run, 0o700))
	for name, text := range map[string]string{
		"ed":      "#!/bin/sh\ncat \"$KIT/$TEXT\" > \"$1\"\n",
		"good":    "x: 1\npassword_sops: " + value + "\nlist_sops: [" + value + "]\n",
		"plain":   "x: 1\nclient_secret: " + value + "\npassword_sops: a\n",
		"broken":  "x: 1\npassword_sops: [" + value + "\n",
		"twice":   "x: 1\npassword_sops: " + value + "\npassword_sops: " + value + "\n",
		"comment": "x: 1\npassword_sops: a # old: " + value + "\n",
	} {
		testkit.Program(t, filepath.Join(kit, name), text)
	}
	inEditor := func(path string, info fs.FileInfo) bool {
		dir, err := os.Stat(filepath.Dir(path))
		return err == nil && strings.HasPrefix(path, run+"/connkit-edit-") && info.Mode().Perm() == 0o600 && dir.Mode().Perm() == 0o700
	}
	watch := func(want int, stdin string, text string, argv ...string) {
		t.Helper()
		w := expose.Watch{Secrets: []string{value}, Dirs: []string{l.dir, l.home, l.tmp()}, Allow: inEditor}
		cmd := l.command(l.dir, []string{"EDITOR=" + filepath.Join(kit, "ed"), "KIT=" + kit, "TEXT=" + text, "XDG_RUNTIME_DIR=" + run}, argv...)
		cmd.Stdin = strings.NewReader(stdin)
		if out, errOut, code := w.Run(t, cmd); code != want {
			t.Errorf("%v %s: exit %d, want %d: %s%s", argv, text, code, want, out, errOut)
		}
		if left, _ := os.ReadDir(run); len(left) > 0 {
			t.Errorf("%v %s: left: %v", argv, text, left)
		}
	}
	l.write("a.yaml", "x: 1\npassword_sops: other\n")
	l.ok("connkit", "encrypt", "a.yaml", "--age", l.age)
	for text, code := range map[string]int{"plain": 4, "broken": 2, "twice": 2, "comment": 4} {
		watch(code, "", text, "connkit", "edit", "a.yaml")
		watch(code, "", text, "connkit", "edit", "a.yaml", "--output", "json")
	}
	watch(0, "", "good", "connkit", "edit", "a.yaml", "--dry-run")
	watch(0, "", "good", "connkit", "edit", "a.yaml")
	watch(0, "", "good", "connkit", "edit", "new.yaml", "--age", l.age)
	watch(0, value, "", "connkit", "secrets", "set", "a.yaml", "/other_sops")
	watch(0, value, "", "connkit", "secrets", "set", "a.yaml", "/third_sops", "--dry-run", "--output", "json")
	watch(4, value, "", "connkit", "secrets", "set", "a.yaml", "/client_secret")
	watch(2, value+"\x00", "", "connkit", "secrets", "set", "a.yaml", "/x_sops")
	watch(2, "{"+value, "", "connkit", "secrets", "set", "a.yaml", "/x_sops", "--json")
	watch(0, "", "", "connkit", "secrets", "rotate", "a.yaml")
	l.write("base.yaml", l.read("a.yaml"))
	l.write("theirs.yaml", l.read("a.yaml"))
	watch(0, "theirs-"+value, "", "connkit", "secrets", "set", "theirs.yaml", "/password_sops")
	watch(0, "ours-"+value, "", "connkit", "secrets", "set", "a.yaml", "/password_sops")
	watch(1, "", "", "connkit", "secrets", "merge", "base.yaml", "a.yaml", "theirs.yaml")
	l.write("a.yaml", strings.Replace(l.read("base.yaml"), "x: 1", "x: 2", 1))
	watch(0, "", "", "connkit", "secrets", "fix-mac", "a.yaml", "--yes")
	watch(0, "", "", "connkit", "secrets", "check", "base.yaml")
}
