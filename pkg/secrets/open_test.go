package secrets

import (
	"bytes"
	"strings"
	"testing"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/version"

	"github.com/connkit/connkit/internal/fault"
)

// asSops encrypts a text as the sops program does, with the given metadata.
func asSops(tb testing.TB, format Format, text string, meta sops.Metadata) []byte {
	tb.Helper()
	d, err := parse("config."+string(format), format, []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	if meta.KeyGroups == nil {
		group, err := Keys{Age: []string{recipient}}.group()
		if err != nil {
			tb.Fatal(err)
		}
		meta.KeyGroups = []sops.KeyGroup{group}
	}
	meta.Version = version.Version
	key := bytes.Repeat([]byte{7}, 32)
	a, err := d.weaveAnew(meta, key, newCipher())
	if err != nil {
		tb.Fatal(err)
	}
	if err := wrap(tb.Context(), 0, &a.tree.Metadata, key); err != nil {
		tb.Fatal(err)
	}
	out, err := a.finish()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

const sopsText = `# head
user: ann # who
port: 5432
ratio: 2.5
on: true
when: 2024-01-01
note_unencrypted: clear
none: null
empty: ""
list_sops:
    # in the list
    - one # inline
    - k: v
      n: 12
    - - deep
token_sops: "true"
pem_sops: |
    one
    two
# end
`

func TestFilesOfSops(t *testing.T) {
	t.Parallel()
	group := func() sops.KeyGroup {
		g, err := Keys{Age: []string{recipient}}.group()
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	for name, meta := range map[string]sops.Metadata{
		"whole":                   {UnencryptedSuffix: sops.DefaultUnencryptedSuffix},
		"suffix":                  {EncryptedSuffix: "_sops"},
		"regex":                   {EncryptedRegex: "^(user|port|list)"},
		"unencrypted regex":       {UnencryptedRegex: "^(user|port)$"},
		"encrypted values signed": {EncryptedSuffix: "_sops", MACOnlyEncrypted: true},
		"shares":                  {EncryptedSuffix: "_sops", KeyGroups: []sops.KeyGroup{group(), group()}, ShamirThreshold: 2},
	} {
		text := asSops(t, YAML, sopsText, meta)
		o := decrypt(t, "config.yaml", text)
		want, _ := load(YAML, []byte(sopsText))
		got, err := load(YAML, o.Text)
		if err != nil || !same(want, got, true) || o.Anew || o.Suffix != meta.EncryptedSuffix {
			t.Errorf("%s: %v %q %v\n%s\n%s", name, o.Anew, o.Suffix, err, o.Text, text)
		}
	}
}

func TestJSONFilesOfSops(t *testing.T) {
	t.Parallel()
	const text = `{"user": "ann", "port": 5432, "n": {"list_sops": [1, 2.5, true, null, "x\n\"y\""]}, "empty": "", "é": "<&>"}`
	for _, meta := range []sops.Metadata{{}, {EncryptedSuffix: "_sops"}} {
		o := decrypt(t, "config.json", asSops(t, JSON, text, meta))
		want, _ := load(JSON, []byte(text))
		got, err := load(JSON, o.Text)
		if err != nil || !same(want, got, true) || o.Anew {
			t.Errorf("%v\n%s", err, o.Text)
		}
	}
}

// tamper changes a sealed text by one replacement and wants an error of Open.
func tamper(t *testing.T, text []byte, from, to string) error {
	t.Helper()
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		t.Fatalf("there is no %q in\n%s", from, text)
	}
	dir, file := write(t, "config.yaml", changed)
	_, err := Open(t.Context(), file, OpenOptions{Dir: dir})
	if err == nil {
		t.Errorf("%q for %q: no error", to, from)
	}
	return err
}

func TestTampering(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "a: plain\nb_sops: hunter2\nn_sops: {x: s3cr3t, y: 1}\n")
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	first, _, _ := strings.Cut(string(e.After[bytes.Index(e.After, []byte("ENC["))+27:]), ",")
	for _, tt := range []struct {
		from, to string
		kind     fault.Kind
		want     string
		hint     string
	}{
		{"a: plain", "a: other", fault.Failed, "the signature does not hold", "connkit secrets fix-mac config.yaml"},
		{"a: plain\n", "", fault.Failed, "the signature does not hold", "fix-mac"},
		{"a: plain\n", "a: plain\nz: 1\n", fault.Failed, "the signature does not hold", "fix-mac"},
		{first, "AAAAAAA=", fault.Failed, "the value at /b_sops is not what sops wrote", "git log"},
		{"b_sops: ", "c_sops: ", fault.Failed, "the value at /c_sops is not what sops wrote", ""},
		{"b_sops: ", "b_sops: hunter2 # ", fault.Failed, "the value at /b_sops is not what sops wrote", ""},
		{"lastmodified: \"2", "lastmodified: \"1", fault.Failed, "the signature does not hold", ""},
		{"    mac: ENC", "    mac: ''\n    old: ENC", fault.Failed, "the signature does not hold", ""},
		{"    lastmodified: ", "    lastmodified: x #", fault.Usage, "sops cannot read its block", ""},
		{"BEGIN AGE", "BEGIN X", fault.Environment, "none of its keys could be used: age key age1", "age identities were looked for in"},
		{"sops:\n", "sops: x\nx:\n", fault.Usage, "it is not encrypted", ""},
		{"sops:\n", "spos:\n", fault.Usage, "it is not encrypted", ""},
	} {
		err := tamper(t, e.After, tt.from, tt.to)
		if err == nil {
			continue
		}
		if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) || !strings.Contains(fault.HintOf(err), tt.hint) {
			t.Errorf("%q for %q: got %s %v (%s)", tt.to, tt.from, fault.KindOf(err), err, fault.HintOf(err))
		}
		if s := err.Error(); strings.Contains(s, "\n") || strings.Contains(s, "hunter2") || strings.Contains(s, "s3cr3t") {
			t.Errorf("%q for %q: %q", tt.to, tt.from, s)
		}
	}
}

// A key that is not at hand: which ones the file has, and where keys were looked for.
func TestMissingKey(t *testing.T) {
	t.Parallel()
	const other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	e := encrypt(t, "config.yaml", "b_sops: hunter2\n", func(o *EncryptOptions) { o.Keys = Keys{Age: []string{other}} })
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	_, file := write(t, "config.yaml", string(e.After))
	_, err := Open(t.Context(), file, OpenOptions{})
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "age key "+other+": not one of the identities at hand") || !strings.Contains(fault.HintOf(err), "keys.txt") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v (%s)", err, fault.HintOf(err))
	}
}

// A text that was laid out by hand once it was sealed keeps its shape.
func TestDecryptKeepsWhatWasAddedLater(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "a: 1\nb_sops: x\n")
	text := strings.Replace(string(e.After), "a: 1\n", "# new\n\na:   1   # one\n\n", 1)
	if o := decrypt(t, "config.yaml", []byte(text)); string(o.Text) != "# new\n\na:   1   # one\n\nb_sops: x\n" {
		t.Errorf("got %q", o.Text)
	}
	text = strings.Replace(string(e.After), "sops:\n", "\nsops:\n", 1) + "\n# tail\n"
	if o := decrypt(t, "config.yaml", []byte(text)); string(o.Text) != "a: 1\nb_sops: x\n\n\n# tail\n" {
		t.Errorf("got %q", o.Text)
	}
}

// What the layout remembers gives way when sops, which does not know it, has changed the value.
func TestStaleLayout(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "b_sops: >-\n  one\n  two\nc_sops: 'x'\n")
	if e.Err != nil || !bytes.Contains(e.After, []byte(layoutKey)) {
		t.Fatal(e.Err)
	}
	d, _ := parse("config.yaml", YAML, e.After)
	tree, err := d.sealedTree()
	if err != nil {
		t.Fatal(err)
	}
	key, err := unwrap(t.Context(), OpenOptions{}, &tree.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	c := newCipher()
	if err := decryptTree(&tree, key, c); err != nil {
		t.Fatal(err)
	}
	tree.Branches[0][0].Value = "another"
	if err := encryptTree(&tree, key, c); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(e.After), cipherText.FindString(string(e.After)), tree.Branches[0][0].Value.(string), 1)
	old := text[strings.Index(text, "    lastmodified"):strings.Index(text, "    version")]
	text = strings.Replace(text, old, "    lastmodified: \""+tree.Metadata.LastModified.Format("2006-01-02T15:04:05Z07:00")+"\"\n    mac: "+tree.Metadata.MessageAuthenticationCode+"\n", 1)
	if o := decrypt(t, "config.yaml", []byte(text)); string(o.Text) != "b_sops: another\nc_sops: 'x'\n" {
		t.Errorf("got %q", o.Text)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "a_sops: \"x\\n\"\nn: {l: [1, {k/~_sops: 2.5}], m_sops: {x: y}}\n")
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	o := decrypt(t, "config.yaml", e.After)
	for at, want := range map[string]string{
		"/a_sops": "x\n", "/n/l/0": "1\n", "/n/l/1/k~1~0_sops": "2.5\n", "/n/m_sops": "x: \"y\"\n", "/n/m_sops/x": "y",
	} {
		if _, got, err := o.Extract(at); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", at, got, err)
		}
	}
	for _, at := range []string{"/b", "/n/l/2", "/n/l/-1", "/n/l/x", "/a_sops/x", "/", "/n/m_sops/x/y", "/sops"} {
		if _, _, err := o.Extract(at); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestMaskedPlainText(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "a: 1\nb_sops: |\n  x\n  y\nc: 'z'\n")
	if got := string(decrypt(t, "config.yaml", e.After).Masked()); got != "a: 1\nb_sops: ***\nc: 'z'\n" {
		t.Errorf("got %q", got)
	}
}
