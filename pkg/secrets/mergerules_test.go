package secrets

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// withRule writes a line into the sops block of a file by hand, in the place of another or as a new one, and signs the file anew.
func withRule(t *testing.T, file, old, now string) {
	t.Helper()
	text := read(t, file)
	if old == "" {
		old, now = "    version:", now+"    version:"
	}
	if !strings.Contains(text, old) {
		t.Fatalf("no %q in %s", old, text)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(text, old, now, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := FixMAC(t.Context(), file, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, r)
}

// One side may change which values are signed or encrypted while the other changes values; both may not, in two ways.
func TestMergeOfRules(t *testing.T) {
	const macOnly = "    mac_only_encrypted: true\n"
	const text = "a_sops: one\nb_sops: two\nc: plain\n"
	for name, tt := range map[string]struct {
		ours, theirs func(file string)
		macOnly      bool
		reason       string
	}{
		"ours":         {func(f string) { withRule(t, f, "", macOnly) }, func(string) {}, true, ""},
		"theirs":       {func(string) {}, func(f string) { withRule(t, f, "", macOnly) }, true, ""},
		"both alike":   {func(f string) { withRule(t, f, "", macOnly) }, func(f string) { withRule(t, f, "", macOnly) }, true, ""},
		"ours rotates": {func(f string) { rotated(t, f) }, func(f string) { withRule(t, f, "", macOnly) }, true, ""},
		"theirs does":  {func(f string) { withRule(t, f, "", macOnly) }, func(f string) { rotated(t, f) }, true, ""},
		"in two ways": {func(f string) { withRule(t, f, "", macOnly) }, func(f string) {
			withRule(t, f, "encrypted_suffix: _sops", "encrypted_regex: _sops$")
		}, false, "the two sides encrypt other keys"},
	} {
		t.Run(name, func(t *testing.T) {
			base := sealFile(t, "c.yaml", text)
			ours, theirs := copyOf(t, base), copyOf(t, base)
			tt.ours(ours)
			tt.theirs(theirs)
			set(t, ours, "/a_sops", "ONE")
			set(t, theirs, "/c", "PLAIN")
			m, err := Merge(t.Context(), base, ours, theirs, MergeOptions{Name: "c.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			if tt.reason != "" {
				if !m.Lines || !strings.Contains(m.Reason, tt.reason) || bytes.Contains(m.Text, []byte("ONE")) {
					t.Errorf("%+v\n%s", m, m.Text)
				}
				return
			}
			if m.Lines || len(m.Conflicts) > 0 {
				t.Fatalf("%s %q\n%s", m.Reason, m.Conflicts, m.Text)
			}
			if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != "a_sops: ONE\nb_sops: two\nc: PLAIN\n" {
				t.Errorf("got %q", got.Text)
			}
			if got := strings.Contains(string(m.Text), strings.TrimSpace(macOnly)); got != tt.macOnly {
				t.Errorf("mac_only_encrypted %v in\n%s", got, m.Text)
			}
		})
	}
}

// Groups of keys are merged where one side has changed them; where both have, a person decides.
func TestMergeOfGroups(t *testing.T) {
	second := secondIdentity(t)
	groups := func(file, rule string) {
		t.Helper()
		_, rules := write(t, ".sops.yaml", "creation_rules:\n  - "+rule+"\n")
		apply(t, UpdateKeys(t.Context(), []string{file}, OpenOptions{}, EncryptOptions{RuleFile: rules})[0])
	}
	two := "{shamir_threshold: 2, key_groups: [{age: [" + recipient + "]}, {age: [" + second + "]}]}"
	swapped := "{shamir_threshold: 2, key_groups: [{age: [" + second + "]}, {age: [" + recipient + "]}]}"
	for name, tt := range map[string]struct {
		ours, theirs, want string
		lines              bool
	}{
		"ours splits":   {two, "", "shamir_threshold: 2", false},
		"theirs splits": {"", two, "shamir_threshold: 2", false},
		"both do":       {two, two, "shamir_threshold: 2", false},
		"in two ways":   {two, swapped, "", true},
	} {
		base := sealFile(t, "c.yaml", twoSecrets)
		ours, theirs := copyOf(t, base), copyOf(t, base)
		if tt.ours != "" {
			groups(ours, tt.ours)
		}
		if tt.theirs != "" {
			groups(theirs, tt.theirs)
		}
		set(t, ours, "/a_sops", "ONE")
		set(t, theirs, "/b_sops", "TWO")
		m, err := Merge(t.Context(), base, ours, theirs, MergeOptions{Name: "c.yaml"})
		if err != nil || m.Lines != tt.lines {
			t.Errorf("%s: %v, lines %v, %s", name, err, m.Lines, m.Reason)
			continue
		}
		if tt.lines {
			if !strings.Contains(m.Reason, "both sides have changed the groups of keys") {
				t.Errorf("%s: %s", name, m.Reason)
			}
			continue
		}
		if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != "a_sops: ONE\nb_sops: TWO\n" || !strings.Contains(string(m.Text), tt.want) {
			t.Errorf("%s: got %q in\n%s", name, got.Text, m.Text)
		}
	}
}

// Whatever two branches change in a sealed file: what comes out opens, its signature holds, both changes
// are in it, and no ciphertext is new but those of what has changed.
func TestMergeOfRandomSealedFiles(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 11))
		var base strings.Builder
		n := 3 + r.IntN(5)
		for i := range n {
			switch r.IntN(4) {
			case 0:
				fmt.Fprintf(&base, "# about %d\nk%d_sops: v%d\n", i, i, i)
			case 1:
				fmt.Fprintf(&base, "k%d: {a_sops: v%d, b: [1, 2]}\n\n", i, i)
			case 2:
				fmt.Fprintf(&base, "k%d:\n  - n: x\n    t_sops: |\n      v%d\n      end\n", i, i)
			default:
				fmt.Fprintf(&base, "k%d:\n  deep_sops:\n    - \"v%d\"\n    - same\n", i, i)
			}
		}
		ours, theirs, want := base.String(), base.String(), base.String()
		change := func(text *string, i int, to string) {
			for _, at := range []*string{text, &want} {
				*at = strings.Replace(*at, fmt.Sprintf("v%d", i), to, 1)
			}
		}
		for i := range n {
			switch r.IntN(3) {
			case 0:
				change(&ours, i, fmt.Sprintf("A%d", i))
			case 1:
				change(&theirs, i, fmt.Sprintf("B%d", i))
			}
		}
		o, a, b := branches(t, "c.yaml", base.String(), ours, theirs)
		m, err := Merge(t.Context(), o, a, b, MergeOptions{Name: "c.yaml"})
		if err != nil || m.Lines || len(m.Conflicts) > 0 {
			t.Fatalf("seed %d: %v %+v", seed, err, m)
		}
		if got := decrypt(t, "c.yaml", m.Text); string(got.Text) != want {
			t.Errorf("seed %d: got\n%s\nwant\n%s", seed, got.Text, want)
		}
		known := read(t, a) + read(t, b)
		for text := range strings.FieldsFuncSeq(string(m.Text), func(r rune) bool { return strings.ContainsRune(" \n\"'[]{}", r) }) {
			if strings.HasPrefix(text, "AES256_GCM,") && !strings.Contains(known, text) && !strings.Contains(string(m.Text), "mac: ENC["+text) && !strings.Contains(string(m.Text), layoutKey+": ENC["+text) {
				t.Errorf("seed %d: a new ciphertext: %s", seed, text)
			}
		}
	}
}
