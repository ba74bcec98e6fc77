package secrets

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/getsops/sops/v3"
)

// sealedForms are sealed files of all the kinds that the verbs meet, with their plain text.
func sealedForms(t *testing.T) map[string]struct{ name, sealed, plain, secret string } {
	t.Helper()
	forms := map[string]struct{ name, sealed, plain, secret string }{}
	for name, text := range map[string]string{
		"block.yaml":   "# head\nhost: a\n\nx_sops: one # c\ndeep:\n  - y_sops: |\n      l1\n      l2\n    z: 1\n",
		"flow.yaml":    "{host: a, x_sops: one, deep: [{y_sops: 2}]}\n",
		"crlf.yaml":    "host: a\r\nx_sops: one\r\n# end\r\n",
		"bare.yaml":    "host: a\nx_sops: one",
		"lines.json":   "{\n\t\"host\": \"a\",\n\t\"x_sops\": \"one\"\n}\n",
		"line.json":    `{"host":"a","x_sops":"one"}`,
		"bom.yaml":     "\ufeffhost: a\nx_sops: one\n",
		"end.yaml":     "---\nhost: a\nx_sops: one\n...\n",
		"secrets.yaml": "host: a\nx_sops:\n    # in\n    - one # c\n    - two\n    # out\n",
	} {
		file := sealFile(t, name, text)
		secret := "/x_sops"
		if name == "secrets.yaml" {
			secret = "/x_sops/0"
		}
		forms[name] = struct{ name, sealed, plain, secret string }{name, read(t, file), text, secret}
	}
	plain := "host: a\nx_sops: one\nlist:\n    - 1\n    - true\n"
	for name, meta := range map[string]sops.Metadata{
		"whole":  {UnencryptedSuffix: "_unencrypted"},
		"regex":  {EncryptedRegex: "^x"},
		"except": {UnencryptedRegex: "^host$"},
		"mac":    {EncryptedSuffix: "_sops", MACOnlyEncrypted: true},
	} {
		forms[name] = struct{ name, sealed, plain, secret string }{"c.yaml", string(asSops(t, YAML, plain, meta)), plain, "/x_sops"}
	}
	return forms
}

func apply(t *testing.T, r *Rewrite) {
	t.Helper()
	err := r.Err
	if err == nil {
		err = r.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerbsOnAllForms(t *testing.T) {
	ctx := context.Background()
	extra := secondIdentity(t)
	for name, form := range sealedForms(t) {
		t.Run(name, func(t *testing.T) {
			_, file := write(t, form.name, form.sealed)
			rotated(t, file)
			if got := inClear(t, file); got != form.plain {
				t.Fatalf("rotate: got %q, want %q", got, form.plain)
			}
			before := read(t, file)
			rekey(t, file, recipient, extra)
			if got := inClear(t, file); got != form.plain {
				t.Errorf("updatekeys: got %q", got)
			}
			if strings.Contains(read(t, file), "\r\n") != strings.Contains(before, "\r\n") {
				t.Error("updatekeys: the line endings changed")
			}
			set(t, file, form.secret, "T'WO")
			if got := inClear(t, file); strings.Count(got, "T") != 1 || strings.Count(got, "\n") != strings.Count(form.plain, "\n") {
				t.Errorf("set: got %q", got)
			}
			set(t, file, form.secret, "one")
			if got := inClear(t, file); strings.ReplaceAll(got, `x_sops: "one"`, "x_sops: one") != form.plain {
				t.Errorf("set back: got %q", got)
			}
			again := read(t, file)
			r, err := FixMAC(ctx, file, OpenOptions{})
			if err != nil || r.Done != "" {
				t.Errorf("fix-mac of a sound file: %q, %v", r.Done, err)
			}
			if now := read(t, file); now != again {
				t.Error("it was written")
			}
			if c := check(t, file); len(c.Findings) > 0 || c.Sealed != 1 {
				t.Errorf("check: %+v", c)
			}
		})
	}
}

// The value in clear is changed by hand; that breaks the signature, but where only secrets are signed.
func TestFixMACOnAllForms(t *testing.T) {
	for name, form := range sealedForms(t) {
		if name == "whole" {
			continue // nothing stands in clear
		}
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(strings.Replace(strings.Replace(form.sealed, "host: a", "host: b", 1), `"host": "a"`, `"host": "b"`, 1), `"host":"a"`, `"host":"b"`, 1)
			_, file := write(t, form.name, text)
			r, err := FixMAC(context.Background(), file, OpenOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if (r.Done == "") != (name == "mac") {
				t.Errorf("done %q", r.Done)
			}
			apply(t, r)
			if got := inClear(t, file); !strings.Contains(got, "b") {
				t.Errorf("got %q", got)
			}
		})
	}
}

func check(t *testing.T, file string) Checked {
	t.Helper()
	c, err := Check(context.Background(), []string{file}, CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestShamirGroups(t *testing.T) {
	ctx := context.Background()
	second := secondIdentity(t)
	dir, file := write(t, "c.yaml", twoSecrets)
	rules := "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [" + recipient + "]\n      - age: [" + second + "]\n"
	if err := os.WriteFile(dir+"/.sops.yaml", []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	e := Encrypt(ctx, []string{file}, EncryptOptions{})[0]
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	if c := check(t, file); len(c.Findings) > 0 {
		t.Errorf("%+v", c.Findings)
	}
	rotated(t, file)
	set(t, file, "/a_sops", "new")
	if got := inClear(t, file); got != "a_sops: new\nb_sops: two\n" {
		t.Errorf("got %q", got)
	}
	same := UpdateKeys(ctx, []string{file}, OpenOptions{}, EncryptOptions{})[0]
	if same.Err != nil || same.Done != "" {
		t.Errorf("%+v", same)
	}
	rekey(t, file, recipient)
	if bytes.Contains([]byte(read(t, file)), []byte("shamir")) {
		t.Error("the threshold is left")
	}
	if got := inClear(t, file); got != "a_sops: new\nb_sops: two\n" {
		t.Errorf("got %q", got)
	}
	back := UpdateKeys(ctx, []string{file}, OpenOptions{}, EncryptOptions{})[0]
	apply(t, back)
	if len(back.Added) != 1 || !strings.Contains(read(t, file), "shamir_threshold: 2") {
		t.Errorf("%+v", back)
	}
	inClear(t, file)
}
