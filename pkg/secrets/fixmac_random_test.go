package secrets

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// byHand is a config with its secrets, line by line, so that lines can be changed by hand in its sealed text.
func byHand(r *rand.Rand) (lines []string) {
	for i := range 4 + r.IntN(5) {
		switch r.IntN(5) {
		case 0:
			lines = append(lines, fmt.Sprintf("k%d: plain%d", i, i))
		case 1:
			lines = append(lines, fmt.Sprintf("k%d_sops: v%d # about", i, i))
		case 2:
			lines = append(lines, fmt.Sprintf("k%d_sops: 'v%d'", i, i))
		case 3:
			lines = append(lines, fmt.Sprintf("k%d_sops: %d", i, 100+i))
		default:
			lines = append(lines, "# a remark", "", fmt.Sprintf("k%d: {a: %d, b_sops: v%d}", i, i, i))
		}
	}
	return append(lines, "last_sops: s")
}

// Whatever is typed into a sealed file by hand, plain values and secrets in clear: fix-mac signs it as it stands and
// encrypts what is a secret, and no other line changes. It does so once.
func TestFixMACOfRandomChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 17))
		plain := byHand(r)
		e := encrypt(t, "c.yaml", strings.Join(plain, "\n")+"\n")
		if e.Err != nil {
			t.Fatalf("seed %d: %v", seed, e.Err)
		}
		sealed, changed := strings.Split(string(e.After), "\n"), map[int]bool{}
		for i, line := range plain {
			key, value, is := strings.Cut(line, ": ")
			if !is || r.IntN(2) == 0 || strings.HasPrefix(value, "{") {
				continue
			}
			// The sealed text has the lines of the plain one.
			typed := strings.Fields(value)[0]
			now := map[bool]string{true: "typed" + fmt.Sprint(i), false: "'typed " + fmt.Sprint(i) + "'"}[r.IntN(2) == 0]
			plain[i], sealed[i], changed[i] = key+": "+strings.Replace(value, typed, now, 1), key+": "+strings.Replace(value, typed, now, 1), true
		}
		_, file := write(t, "c.yaml", strings.Join(sealed, "\n"))
		rewrite, err := FixMAC(t.Context(), file, OpenOptions{})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(sealed, "\n"))
		}
		if (rewrite.Done == "signed") != (len(changed) > 0) {
			t.Errorf("seed %d: done %q with %d changes", seed, rewrite.Done, len(changed))
		}
		apply(t, rewrite)
		if got, want := inClear(t, file), strings.Join(plain, "\n")+"\n"; got != want {
			t.Errorf("seed %d: got\n%s\nwant\n%s", seed, got, want)
		}
		for i, line := range strings.Split(read(t, file), "\n") {
			secret := strings.Contains(line, "_sops") && changed[i]
			if line != sealed[i] && !secret && !strings.Contains(line, "mac: ") && !strings.Contains(line, "lastmodified: ") {
				t.Errorf("seed %d: line %d became %q", seed, i+1, line)
			}
			if strings.Contains(line, "typed") && strings.Contains(line, "_sops") {
				t.Errorf("seed %d: it stands in clear: %s", seed, line)
			}
		}
		if again, err := FixMAC(t.Context(), file, OpenOptions{}); err != nil || again.Done != "" {
			t.Errorf("seed %d: a second time: %+v, %v", seed, again, err)
		}
	}
}

// What cannot be signed as it stands is refused with its place, and no value is shown.
func TestFixMACIsRefused(t *testing.T) {
	t.Parallel()
	sealed := sealFile(t, "c.yaml", "a: 1\nb_sops: one\nc_sops: two\n")
	line := func(key string) string {
		for l := range strings.Lines(read(t, sealed)) {
			if strings.HasPrefix(l, key) {
				return l
			}
		}
		t.Fatalf("no %s", key)
		return ""
	}
	for name, tt := range map[string]struct {
		old, now string
		want     string
		kind     fault.Kind
	}{
		"a ciphertext of another place": {line("b_sops"), "b_sops:" + strings.TrimPrefix(line("c_sops"), "c_sops:"), "the value at /b_sops is not what sops wrote", fault.Failed},
		"a number that would change":    {line("b_sops"), "b_sops: 007\n", "/b_sops is a number that sops would write in another way", fault.Usage},
		"a date":                        {line("b_sops"), "b_sops: {when: [2024-01-01]}\n", "/b_sops/when/0 is a date", fault.Usage},
		"no key":                        {"    encrypted_suffix", "    kms: []\n    encrypted_suffix", "", ""},
		"no block":                      {"sops:\n", "other:\n", "it is not encrypted", fault.Usage},
	} {
		_, file := write(t, "c.yaml", strings.Replace(read(t, sealed), tt.old, tt.now, 1))
		before := read(t, file)
		r, err := FixMAC(t.Context(), file, OpenOptions{})
		if tt.kind == "" {
			if err != nil || r.Done != "" {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
			continue
		}
		if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "c.yaml") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %s %v", name, fault.KindOf(err), err)
		}
		if read(t, file) != before {
			t.Errorf("%s: the file was written", name)
		}
	}
}

// A decrypted file is put in the place of the sealed one whole, and not over what another has written meanwhile.
func TestDecryptInPlace(t *testing.T) {
	t.Parallel()
	file := sealFile(t, "c.yaml", sample)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	o, err := Open(t.Context(), file, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if string(o.Sealed()) != read(t, file) {
		t.Error("the sealed text is not that of the file")
	}
	if err := o.Apply(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o640 || read(t, file) != sample {
		t.Errorf("%v, %v: %s", info.Mode(), err, read(t, file))
	}
	if err := o.Apply(); fault.KindOf(err) != fault.Blocked || strings.Contains(err.Error(), "hunter2") || read(t, file) != sample {
		t.Errorf("over what is there now: %v", err)
	}
}

// A text that is in no file opens by the name that messages give it.
func TestOpenText(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "c.json", `{"a_sops": "x", "b": [1, null]}`)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	o, err := OpenText(t.Context(), "the config", JSON, e.After, OpenOptions{})
	if err != nil || string(o.Text) != `{"a_sops": "x", "b": [1, null]}` || o.Suffix != "_sops" || o.File != "the config" {
		t.Errorf("%+v, %v", o, err)
	}
	for text, want := range map[string]string{
		"{":        "the config:1:1: it is no JSON from here on",
		`{"a": 1}`: "the config: it is not encrypted",
		strings.Replace(string(e.After), `"b": [1`, `"b": [2`, 1): `decrypting "the config": a value was changed`,
	} {
		if _, err := OpenText(t.Context(), "the config", JSON, []byte(text), OpenOptions{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}
