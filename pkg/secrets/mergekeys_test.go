package secrets

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// secondIdentity adds an identity beside that of the tests and gives its recipient.
func secondIdentity(t *testing.T) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOPS_AGE_KEY", os.Getenv("SOPS_AGE_KEY")+"\n"+id.String())
	return id.Recipient().String()
}

func copyOf(t *testing.T, file string) string {
	t.Helper()
	_, path := write(t, filepath.Base(file), read(t, file))
	return path
}

// rekey gives a file other recipients.
func rekey(t *testing.T, file string, recipients ...string) {
	t.Helper()
	r := UpdateKeys(context.Background(), []string{file}, OpenOptions{}, EncryptOptions{Keys: Keys{Age: recipients}, KeysFrom: "the flags"})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, file, pointer, value string) {
	t.Helper()
	r, err := Set(context.Background(), file, pointer, []byte(value), SetOptions{})
	if err == nil {
		err = r.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rotated(t *testing.T, file string) {
	t.Helper()
	r := Rotate(context.Background(), []string{file}, OpenOptions{})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
}

// recipientsOf lists who can open a file.
func recipientsOf(t *testing.T, text []byte) []string {
	t.Helper()
	d, err := parse("c.yaml", YAML, text)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.sealedTree()
	if err != nil {
		t.Fatal(err)
	}
	list := names(tree.Metadata.KeyGroups)
	for i := range list {
		list[i] = strings.TrimPrefix(list[i], "age key ")
	}
	slices.Sort(list)
	return list
}

const twoSecrets = "a_sops: one\nb_sops: two\n"

func TestMergeOfKeys(t *testing.T) {
	second, third := secondIdentity(t), secondIdentity(t)
	first := recipient
	for name, tt := range map[string]struct {
		base, ours, theirs, want []string
		rotate                   string
	}{
		"nobody":            {[]string{first}, nil, nil, []string{first}, ""},
		"ours adds":         {[]string{first}, []string{first, second}, nil, []string{first, second}, ""},
		"theirs adds":       {[]string{first}, nil, []string{first, second}, []string{first, second}, ""},
		"both add the same": {[]string{first}, []string{first, second}, []string{first, second}, []string{first, second}, ""},
		"both add":          {[]string{first}, []string{first, second}, []string{first, third}, []string{first, second, third}, ""},
		"add and remove":    {[]string{first, second}, []string{first, second, third}, []string{first}, []string{first, third}, ""},
		"theirs rotates":    {[]string{first}, nil, nil, []string{first}, "theirs"},
		"ours rotates":      {[]string{first}, nil, nil, []string{first}, "ours"},
		"both rotate":       {[]string{first}, nil, nil, []string{first}, "ours theirs"},
		"rotate and add":    {[]string{first}, []string{first, second}, nil, []string{first, second}, "theirs"},
		"add and rotate":    {[]string{first}, []string{first, second}, nil, []string{first, second}, "ours"},
	} {
		t.Run(name, func(t *testing.T) {
			base := sealFile(t, "c.yaml", twoSecrets)
			rekey(t, base, tt.base...)
			ours, theirs := copyOf(t, base), copyOf(t, base)
			for file, keys := range map[string][]string{ours: tt.ours, theirs: tt.theirs} {
				if keys != nil {
					rekey(t, file, keys...)
				}
			}
			if strings.Contains(tt.rotate, "ours") {
				rotated(t, ours)
			}
			if strings.Contains(tt.rotate, "theirs") {
				rotated(t, theirs)
			}
			set(t, ours, "/a_sops", "ONE")
			set(t, theirs, "/b_sops", "TWO")
			m, err := Merge(context.Background(), base, ours, theirs, MergeOptions{Name: "c.yaml"})
			if err != nil || m.Lines || len(m.Conflicts) > 0 {
				t.Fatalf("%v %+v\n%s", err, m, m.Text)
			}
			if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != "a_sops: ONE\nb_sops: TWO\n" {
				t.Errorf("got %q", got.Text)
			}
			slices.Sort(tt.want)
			if got := recipientsOf(t, m.Text); !slices.Equal(got, tt.want) {
				t.Errorf("keys %q, want %q", got, tt.want)
			}
			// A data key that one side has given up is not in use any more.
			if tt.rotate == "theirs" && bytes.Contains(m.Text, []byte(line(read(t, ours), "a_sops"))) {
				t.Error("a ciphertext of the old data key is left")
			}
		})
	}
}

func line(text, key string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, key) {
			return strings.TrimSpace(l)
		}
	}
	return "none"
}

// A conflict between two data keys shows both ciphertexts under the one that stays.
func TestConflictAcrossDataKeys(t *testing.T) {
	base := sealFile(t, "c.yaml", twoSecrets)
	ours, theirs := copyOf(t, base), copyOf(t, base)
	rotated(t, theirs)
	set(t, ours, "/a_sops", "ONE")
	set(t, theirs, "/a_sops", "UNO")
	m, err := Merge(context.Background(), base, ours, theirs, MergeOptions{Name: "c.yaml"})
	if err != nil || len(m.Conflicts) != 1 || m.Lines {
		t.Fatalf("%v %+v", err, m)
	}
	for side, want := range map[string]string{"ours": "ONE", "theirs": "UNO"} {
		_, file := write(t, "c.yaml", resolve(string(m.Text), side))
		r, err := FixMAC(context.Background(), file, OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(); err != nil {
			t.Fatal(err)
		}
		if got := inClear(t, file); got != "a_sops: "+want+"\nb_sops: two\n" {
			t.Errorf("%s: got %q", side, got)
		}
	}
}

func TestMergeWithoutACommonBase(t *testing.T) {
	one := sealFile(t, "c.yaml", "a_sops: one\n")
	two := sealFile(t, "c.yaml", "b_sops: two\nc: plain\n")
	_, plain := write(t, "c.yaml", "a_sops: one\n")
	_, none := write(t, "c.yaml", "")
	m, err := Merge(context.Background(), none, one, two, MergeOptions{Name: "c.yaml"})
	if err != nil || m.Lines || len(m.Conflicts) > 0 {
		t.Fatalf("%v %+v", err, m)
	}
	if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != "a_sops: one\nb_sops: two\nc: plain\n" {
		t.Errorf("got %q", got.Text)
	}
	// Encrypted on both branches, from the same text.
	other := sealFile(t, "c.yaml", "a_sops: one\nc: new\n")
	m, err = Merge(context.Background(), plain, one, other, MergeOptions{Name: "c.yaml"})
	if err != nil || m.Lines || len(m.Conflicts) > 0 {
		t.Fatalf("%v %+v", err, m)
	}
	if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != "a_sops: one\nc: new\n" {
		t.Errorf("got %q", got.Text)
	}
}

func TestMergeByLinesWhenItCannotOpen(t *testing.T) {
	base := sealFile(t, "c.yaml", twoSecrets)
	ours, theirs := copyOf(t, base), copyOf(t, base)
	set(t, ours, "/a_sops", "ONE")
	set(t, theirs, "/b_sops", "TWO")
	spoilt := copyOf(t, theirs)
	spoil := func(old, now string) {
		text := strings.Replace(read(t, spoilt), old, now, 1)
		if err := os.WriteFile(spoilt, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	spoil("b_sops", "c_plain: 1\nb_sops")
	for name, tt := range map[string]struct{ ours, theirs, reason string }{
		"a signature": {ours, spoilt, "the signature of theirs does not hold"},
		"a plain one": {ours, func() string { _, f := write(t, "c.yaml", twoSecrets); return f }(), "theirs is not encrypted"},
	} {
		m, err := Merge(context.Background(), base, tt.ours, tt.theirs, MergeOptions{Name: "c.yaml"})
		if err != nil || !m.Lines || m.Err == nil || !strings.Contains(m.Reason, tt.reason) {
			t.Errorf("%s: %v %+v", name, err, m)
		}
		if bytes.Contains(m.Text, []byte("ONE")) {
			t.Errorf("%s: a secret stands in clear", name)
		}
	}
	t.Setenv("SOPS_AGE_KEY", "")
	m, err := Merge(context.Background(), base, ours, theirs, MergeOptions{Name: "c.yaml", Marker: 9})
	if err != nil || !m.Lines || m.Err == nil || !bytes.Contains(m.Text, []byte("\n<<<<<<<<< ours\n")) {
		t.Errorf("%v %+v\n%s", err, m, m.Text)
	}
	_, a := write(t, "c.yaml", "x: 1\n\n\n\ny: 2\n")
	_, b := write(t, "c.yaml", "x: 3\n\n\n\ny: 2\n")
	_, c := write(t, "c.yaml", "x: 1\n\n\n\ny: 4\n")
	m, err = Merge(context.Background(), a, b, c, MergeOptions{Name: "c.yaml"})
	if err != nil || m.Err != nil || len(m.Conflicts) > 0 || string(m.Text) != "x: 3\n\n\n\ny: 4\n" {
		t.Errorf("%v %+v\n%s", err, m, m.Text)
	}
}
