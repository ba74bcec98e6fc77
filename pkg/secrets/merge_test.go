package secrets

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// branches seals a base and what two branches make of it by editing, and gives the paths of the three.
func branches(t *testing.T, name, base, ours, theirs string) (o, a, b string) {
	t.Helper()
	o = sealFile(t, name, base)
	edited := func(text string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(read(t, o)), 0o644); err != nil {
			t.Fatal(err)
		}
		editTo(t, file, text)
		return file
	}
	return o, edited(ours), edited(theirs)
}

// editTo makes a text of a sealed file, with an editor that has it ready.
func editTo(t *testing.T, file, text string) *Rewrite {
	t.Helper()
	r, err := Edit(context.Background(), file, EditOptions{Getenv: os.Getenv, Editor: func(_ context.Context, path string) error {
		return os.WriteFile(path, []byte(text), 0o600)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMergeByKeys(t *testing.T) {
	const base = `# head
a_sops: one
b_sops: two
# about c
c: plain

list:
  - name: x
    k_sops: kx
  - name: y
    k_sops: ky
deep:
  # in
  p_sops: |
    l1
    l2
  q: {r_sops: 1, s: 2}
arr_sops: [1, 2, 3]
# tail
`
	edit := func(pairs ...string) string {
		text := base
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("no %q", pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		return text
	}
	for name, tt := range map[string]struct{ ours, theirs, want string }{
		"neighbours":          {edit("one", "ONE"), edit("two", "TWO"), edit("one", "ONE", "two", "TWO")},
		"plain and secret":    {edit("plain", "PLAIN"), edit("two", "TWO"), edit("plain", "PLAIN", "two", "TWO")},
		"items":               {edit("kx", "KX"), edit("ky", "KY"), edit("kx", "KX", "ky", "KY")},
		"in brackets":         {edit("r_sops: 1", "r_sops: 11"), edit("s: 2", "s: 22"), edit("r_sops: 1, s: 2", "r_sops: 11, s: 22")},
		"items in brackets":   {edit("[1, 2", "[9, 2"), edit(", 3]", ", 8]"), edit("[1, 2, 3]", "[9, 2, 8]")},
		"added and changed":   {edit("b_sops: two\n", "b_sops: two\nn_sops: new\n"), edit("two", "TWO"), edit("b_sops: two\n", "b_sops: TWO\nn_sops: new\n")},
		"both add":            {edit("c: plain\n", "c: plain\nn1_sops: x\n"), edit("c: plain\n", "c: plain\nn2_sops: y\n"), edit("c: plain\n", "c: plain\nn1_sops: x\nn2_sops: y\n")},
		"added below a map":   {edit("s: 2}", "s: 2}\n  t_sops: t"), edit("one", "ONE"), edit("s: 2}", "s: 2}\n  t_sops: t", "one", "ONE")},
		"added in brackets":   {edit("s: 2}", "s: 2, t: 3}"), edit("{r_sops: 1", "{z: 0, r_sops: 1"), edit("{r_sops: 1, s: 2}", "{z: 0, r_sops: 1, s: 2, t: 3}")},
		"removed and changed": {edit("b_sops: two\n", ""), edit("one", "ONE"), edit("b_sops: two\n", "", "one", "ONE")},
		"both remove":         {edit("b_sops: two\n", ""), edit("a_sops: one\n", ""), edit("b_sops: two\n", "", "a_sops: one\n", "")},
		"comments":            {edit("# about c", "# ABOUT c"), edit("plain", "PLAIN"), edit("# about c", "# ABOUT c", "plain", "PLAIN")},
		"tail and block":      {edit("# tail", "# the end"), edit("l2", "L2\n    l3"), edit("# tail", "# the end", "l2", "L2\n    l3")},
		"the same":            {edit("one", "ONE"), edit("one", "ONE"), edit("one", "ONE")},
		"one side alone":      {base, edit("one", "ONE", "plain", "P"), edit("one", "ONE", "plain", "P")},
		"moved":               {edit("a_sops: one\nb_sops: two\n", "b_sops: two\na_sops: one\n"), edit("one", "ONE"), edit("a_sops: one\nb_sops: two\n", "b_sops: two\na_sops: ONE\n")},
		"first removed":       {edit("# head\na_sops: one\n", "# head\n"), edit("two", "TWO"), edit("# head\na_sops: one\nb_sops: two", "# head\nb_sops: TWO")},
	} {
		t.Run(name, func(t *testing.T) {
			o, a, b := branches(t, "c.yaml", base, tt.ours, tt.theirs)
			m, err := Merge(context.Background(), o, a, b, MergeOptions{Name: "c.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Conflicts) > 0 || m.Lines {
				t.Fatalf("conflicts %q, lines %v: %s\n%s", m.Conflicts, m.Lines, m.Reason, m.Text)
			}
			for line := range strings.Lines(string(m.Text)) {
				if strings.Contains(line, "ENC[") && !strings.Contains(read(t, a)+read(t, b), strings.TrimSpace(line)) && !strings.Contains(line, "mac") && !strings.Contains(line, layoutKey) && !strings.Contains(line, "arr_sops") && !strings.Contains(line, "q:") {
					t.Errorf("a new ciphertext: %s", line)
				}
			}
			if err := m.Apply(); err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestMergeConflict(t *testing.T) {
	const base = "a_sops: one\nb_sops: two\nc: plain\n"
	for name, tt := range map[string]struct {
		ours, theirs string
		places       string
		blocks       int
	}{
		"a secret":            {"a_sops: ONE\nb_sops: two\nc: plain\n", "a_sops: uno\nb_sops: TWO\nc: plain\n", "/a_sops", 1},
		"a plain value":       {"a_sops: one\nb_sops: two\nc: p1\n", "a_sops: one\nb_sops: TWO\nc: p2\n", "/c", 1},
		"removed and changed": {"b_sops: two\nc: plain\n", "a_sops: uno\nb_sops: two\nc: plain\n", "/a_sops", 1},
		"two":                 {"a_sops: ONE\nb_sops: two\nc: p1\n", "a_sops: uno\nb_sops: two\nc: p2\n", "/a_sops /c", 2},
		"both added":          {"a_sops: one\nb_sops: two\nc: plain\nd_sops: x1\n", "a_sops: one\nb_sops: two\nc: plain\nd_sops: x2\n", "/d_sops", 1},
	} {
		t.Run(name, func(t *testing.T) {
			o, a, b := branches(t, "c.yaml", base, tt.ours, tt.theirs)
			m, err := Merge(context.Background(), o, a, b, MergeOptions{Name: "c.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			text := string(m.Text)
			if got := strings.Join(m.Conflicts, " "); got != tt.places || strings.Count(text, "<<<<<<< ours\n") != tt.blocks || m.Lines {
				t.Fatalf("conflicts %q, want %q: %s\n%s", got, tt.places, m.Reason, text)
			}
			for _, secret := range []string{"ONE", "uno", "TWO", "one", "two", "x1", "x2"} {
				if strings.Contains(text, ": "+secret+"\n") {
					t.Errorf("%q stands in clear", secret)
				}
			}
			for _, side := range []string{"ours", "theirs"} {
				file := filepath.Join(t.TempDir(), "c.yaml")
				if err := os.WriteFile(file, []byte(resolve(text, side)), 0o644); err != nil {
					t.Fatal(err)
				}
				r, err := FixMAC(context.Background(), file, OpenOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if (r.Done != "") != (side == "theirs") {
					t.Errorf("%s: done %q", side, r.Done)
				}
				if err := r.Apply(); err != nil {
					t.Fatal(err)
				}
				got := inClear(t, file)
				for _, part := range strings.Split(strings.TrimSpace(map[string]string{"ours": tt.ours, "theirs": tt.theirs}[side]), "\n") {
					if key, _, _ := strings.Cut(part, ":"); strings.Contains(tt.places, key) && !strings.Contains(got, part) {
						t.Errorf("%s: no %q in %q", side, part, got)
					}
				}
			}
		})
	}
}

// resolve takes one side of each conflict.
func resolve(text, side string) string {
	var out strings.Builder
	in := ""
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "<<<<<<< "):
			in = "ours"
		case strings.HasPrefix(line, "=======\n"):
			in = "theirs"
		case strings.HasPrefix(line, ">>>>>>> "):
			in = ""
		case in == "" || in == side:
			out.WriteString(line)
		}
	}
	return out.String()
}
