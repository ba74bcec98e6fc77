//go:build e2e && linux

package cli_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/testkit/expose"
	"github.com/connkit/connkit/internal/testkit/sabotage"
)

// With each system call failing, or killing, at each place where one is made:
// the file is the old one or the new one, and the next run cleans up.
func TestE2ESecretsCrash(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("sealed.yaml", interopYAML)
	l.ok("connkit", "encrypt", "sealed.yaml", "--age", l.age)
	sealed := l.read("sealed.yaml")
	for _, call := range sabotage.Calls() {
		for _, errno := range []syscall.Errno{sabotage.Kill, syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EPERM} {
			for _, argv := range [][]string{{"connkit", "encrypt", "x.yaml", "--age", l.age}, {"connkit", "decrypt", "--in-place", "x.yaml"}} {
				at := &lab{t: t, dir: t.TempDir(), home: l.home, env: l.env}
				before := interopYAML
				if argv[1] == "decrypt" {
					before = sealed
				}
				at.write("x.yaml", before)
				at.crash(call, errno, before, argv)
			}
		}
	}
}

func (l *lab) crash(call string, errno syscall.Errno, before string, argv []string) {
	l.t.Helper()
	what := fmt.Sprintf("%s, %s by %d", argv[1], call, errno)
	cmd := l.command(l.dir, nil, argv...)
	sabotage.Run(cmd, call, errno)
	out, _ := cmd.CombinedOutput()
	now := l.read("x.yaml")
	done := cmd.ProcessState.ExitCode() == 0
	if strings.Contains(string(out), "hunter2") || strings.Contains(string(out), ".connkit") || strings.Contains(string(out), "panic") {
		l.t.Errorf("%s: it prints %s", what, out)
	}
	if done == (now == before) && call != "fsync" { // the folder is synced when the file is the new one already
		l.t.Errorf("%s: exit %d, and the file is the old one: %t: %s", what, cmd.ProcessState.ExitCode(), now == before, out)
	}
	whole := now == before || now == interopYAML
	if !whole {
		whole = l.ok("connkit", "decrypt", "x.yaml") == interopYAML
	}
	if !whole {
		l.t.Errorf("%s: the file became %q", what, now)
	}
	left := l.left()
	for _, name := range left {
		info, err := os.Stat(filepath.Join(l.dir, name))
		if !sabotage.Killed(cmd) && call != "unlink" || err != nil || info.Mode().Perm()&0o077 != 0 && call != "rename" {
			l.t.Errorf("%s: left %s, %v, %v", what, name, info.Mode(), err)
		}
	}
	if now == before {
		l.ok(argv...)
	}
	if left := l.left(); len(left) > 0 && now == before {
		l.t.Errorf("%s: the next run left %v", what, left)
	}
}

// left lists what is in the folder besides x.yaml.
func (l *lab) left() []string {
	var names []string
	list, _ := os.ReadDir(l.dir)
	for _, e := range list {
		if e.Name() != "x.yaml" {
			names = append(names, e.Name())
		}
	}
	return names
}

// No secret gets into arguments, environments, logs, temporary files or a message.
func TestE2ESecretsExposure(t *testing.T) {
	l := newLab(t).withPGP()
	// Words of their own: the processes of other tests are looked at as well.
	secrets := []string{"hunter2hunter2", "first-token-shown", "line one shown"}
	text := strings.NewReplacer("hunter2", secrets[0], "first-token", secrets[1], "line one", secrets[2]).Replace(interopYAML)
	for name, keys := range keysOf(l) {
		file := l.write(strings.ReplaceAll(name, " ", "-")+"/x.yaml", text)
		own := func(path string, _ fs.FileInfo) bool { return path == filepath.Join(l.dir, file) } // it holds them before
		w := expose.Watch{Secrets: secrets, Dirs: []string{l.dir, l.home, l.tmp()}, Allow: own}
		if _, errOut, code := w.Run(t, l.command(l.dir, nil, append([]string{"connkit", "encrypt", file}, keys...)...)); code != 0 {
			t.Fatalf("%s: %s", name, errOut)
		}
		w.Allow = nil
		w.Stdout = true
		if out, errOut, _ := w.Run(t, l.command(l.dir, nil, "connkit", "decrypt", file)); out != text {
			t.Errorf("%s: %s%s", name, out, errOut)
		}
	}
	bad := map[string]string{
		"broken.yaml": "password_sops: hunter2hunter2\n  x: [\n", "twice.yaml": "password_sops: hunter2hunter2\npassword_sops: hunter2hunter2\n", "alias.yaml": "password_sops: &x hunter2hunter2\nb: *x\n", "anchor.yaml": "password_sops: *hunter2hunter2\n",
		"plain.yaml": "password: hunter2hunter2\nx_sops: a\n", "comment.yaml": "password_sops: a # old: hunter2hunter2\n", "both.yaml": "password: hunter2hunter2\npassword_sops: hunter2hunter2\n", "tag.yaml": "password_sops: !x hunter2hunter2\n", "tag2.yaml": "password_sops: !hunter2hunter2 a\n", "list.yaml": "- hunter2hunter2\n", "number.yaml": "password_sops: 0012345678901\n", "url.yaml": "url: https://ann:hunter2hunter2@example.com\nx_sops: a\n",
		"broken.json": `{"password_sops": "hunter2hunter2" "x": 1}`, "token.json": `{"password_sops": hunter2hunter2}`, "block.yaml": "password_sops: |\n  hunter2hunter2\n x\n", "miss.yaml": "password_sop: hunter2hunter2\n", "tab.yaml": "password_sops:\thunter2hunter2\n\tx: hunter2hunter2\n", "merge.yaml": "a: &a {p_sops: hunter2hunter2}\nb:\n  <<: *a\n", "docs.yaml": "p_sops: hunter2hunter2\n---\np_sops: hunter2hunter2\n", "utf8.yaml": "p_sops: hunter2hunter2\xff\n",
		"empty-anchor.yaml": "p_sops: &hunter2hunter2\n", "at.yaml": "p_sops: @hunter2hunter2\n", "tick.yaml": "p_sops: `hunter2hunter2\n", "percent.yaml": "p_sops: %hunter2hunter2\n", "pipe.yaml": "p_sops: |hunter2hunter2\n", "fold.yaml": "p_sops: >hunter2hunter2\n", "quote.yaml": "p_sops: \"hunter2hunter2\n", "escape.yaml": "p_sops: \"\\qhunter2hunter2\"\n", "open.yaml": "p_sops: [hunter2hunter2\n", "brace.yaml": "p_sops: {hunter2hunter2\n", "colon.yaml": "p_sops: hunter2hunter2: x\n", "key.yaml": "p_sops: x\n? [hunter2hunter2]\n: y\n", "text.yaml": "hunter2hunter2\n", "text.json": "\"hunter2hunter2\"", "control.yaml": "p_sops: \"hunter2hunter2\x01\"\n", "directive.yaml": "%hunter2hunter2 x\n---\np_sops: a\n", "binary.yaml": "p_sops: !!binary hunter2hunter2\n", "int.yaml": "p_sops: !!int hunter2hunter2\n", "set.yaml": "p_sops: !!set {hunter2hunter2: }\n", "date.yaml": "p_sops: 2026-01-01\nx: hunter2hunter2\ny_sops: !!timestamp hunter2hunter2\n", "conflict.yaml": "<<<<<<< hunter2hunter2\np_sops: a\n",
	}
	own := map[string]bool{}
	var files []string
	for name, text := range bad {
		files = append(files, l.write("bad/"+name, text))
		own[filepath.Join(l.dir, "bad", name)] = true
	}
	w := expose.Watch{Secrets: []string{"hunter2hunter2", "0012345678901"}, Dirs: []string{l.dir, l.home, l.tmp()}, Allow: func(path string, _ fs.FileInfo) bool { return own[path] }}
	for _, flags := range [][]string{{}, {"--dry-run"}, {"--output", "json"}, {"--reformat", "--dry-run"}} {
		out, errOut, code := w.Run(t, l.command(l.dir, nil, append(append([]string{"connkit", "encrypt", "--age", l.age}, flags...), files...)...))
		if code != 1 || strings.Contains(errOut, "panic") {
			t.Errorf("%v: exit %d: %s", flags, code, errOut)
		}
		for line := range strings.Lines(out + errOut) {
			if strings.Contains(line, "hunter2") {
				t.Errorf("%v prints it: %s", flags, line)
			}
		}
	}
	for name, text := range bad { // tabs and a percent sign are no reason to refuse
		if now := l.read("bad/" + name); now != text && name != "tab.yaml" && name != "percent.yaml" {
			t.Errorf("%s: %q was encrypted", name, text)
		}
	}
}

func (l *lab) tmp() string {
	for _, e := range l.env {
		if dir, ok := strings.CutPrefix(e, "TMPDIR="); ok {
			return dir
		}
	}
	return ""
}

// Many files in one run: a bad one is told and keeps no other.
func TestE2ESecretsManyFiles(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	argv := []string{"connkit", "encrypt", "--age", l.age}
	for i := range 60 {
		text := fmt.Sprintf("num: %d # c\npassword_sops: hunter%d\n", i, i)
		switch i {
		case 20:
			text = "a: [\n"
		case 40:
			text = "password: hunter2\nx_sops: 1\n"
		}
		argv = append(argv, l.write(fmt.Sprintf("c%d/config.yaml", i), text))
	}
	argv = append(argv, "c999/config.yaml")
	l.refused(1, "3 of 61 files were not encrypted", argv...)
	for i := range 60 {
		name := fmt.Sprintf("c%d/config.yaml", i)
		if sealed := strings.Contains(l.read(name), "ENC[AES256_GCM,"); sealed == (i == 20 || i == 40) {
			t.Errorf("%s is sealed: %t", name, sealed)
		}
	}
	if got := l.ok("sops", "decrypt", "c59/config.yaml"); got != "num: 59 # c\npassword_sops: hunter59\n" {
		t.Errorf("got %q", got)
	}
}

// Several runs at once on one file: one writes it, the others are told, the file is whole.
func TestE2ESecretsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range 5 {
		l.write("x.yaml", interopYAML)
		var wg sync.WaitGroup
		codes := make([]int, 6)
		for i := range codes {
			cmd := l.command(l.dir, nil, "connkit", "encrypt", "x.yaml", "--age", l.age)
			wg.Go(func() {
				_ = cmd.Run()
				codes[i] = cmd.ProcessState.ExitCode()
			})
		}
		wg.Wait()
		won := 0
		for _, code := range codes {
			switch code {
			case 0:
				won++
			case 2, 4: // encrypted already, or changed in the meantime
			default:
				t.Errorf("exit %v", codes)
			}
		}
		if won != 1 || l.ok("connkit", "decrypt", "x.yaml") != interopYAML {
			t.Errorf("exit %v", codes)
		}
		if left := l.left(); len(left) > 0 {
			t.Errorf("left %v", left)
		}
	}
}
