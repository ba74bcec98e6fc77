package secrets

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit/kmsfake"
)

// services starts fake key services, and lets this process speak to them alone.
func services(t *testing.T) *kmsfake.Server {
	t.Helper()
	s := kmsfake.Start(t)
	for _, line := range s.Env(false) {
		if name, value, _ := strings.Cut(line, "="); name != "SSL_CERT_FILE" { // it is read once by a process
			t.Setenv(name, value)
		}
	}
	return s
}

// inCloud are the types of keys that a service in the network holds. Azure's needs the certificate
// of the fake from the start of the process: the tests with the real sops go there.
func inCloud(s *kmsfake.Server) map[string]Keys {
	return map[string]Keys{
		"AWS KMS key " + s.AWS("k1"): {KMS: []string{s.AWS("k1")}},
		"GCP KMS key " + s.GCP("k1"): {GCPKMS: []string{s.GCP("k1")}},
		"Vault key " + s.Vault("k1"): {Vault: []string{s.Vault("k1")}},
	}
}

// A service gets the data key and nothing else, once to encrypt and once to decrypt, and is named in every error.
func TestKeysInTheCloud(t *testing.T) {
	s := services(t)
	for name, keys := range inCloud(s) {
		use := func(o *EncryptOptions) { o.Keys = keys }
		asked := len(s.Asked())
		e := encrypt(t, "c.yaml", sample, use)
		if e.Err != nil || strings.Join(e.Keys, " ") != name {
			t.Fatalf("%s: %v, for %q", name, e.Err, e.Keys)
		}
		if err := e.Apply(); err != nil {
			t.Fatal(err)
		}
		if got := inClear(t, e.path); got != sample {
			t.Errorf("%s: it came back as %q", name, got)
		}
		calls := s.Asked()[asked:]
		if len(calls) != 2 || calls[0].Op != "encrypt" || calls[1].Op != "decrypt" || len(calls[0].Plain) != 32 || string(calls[0].Plain) != string(calls[1].Plain) {
			t.Errorf("%s: asked %+v", name, calls)
		}
		if c := check(t, e.path); len(c.Findings) > 0 || len(s.Asked()) != asked+2 {
			t.Errorf("%s: the check needs no key: %+v", name, c.Findings)
		}

		s.Refuse("this account may not")
		before := read(t, e.path)
		for verb, do := range map[string]func() error{
			"encrypt": func() error { return encrypt(t, "c.yaml", sample, use).Err },
			"open":    func() error { _, err := Open(t.Context(), e.path, OpenOptions{}); return err },
			"rotate":  func() error { return Rotate(t.Context(), []string{e.path}, OpenOptions{})[0].Err },
			"updatekeys": func() error {
				return UpdateKeys(t.Context(), []string{e.path}, OpenOptions{}, EncryptOptions{Keys: Keys{Age: []string{recipient}}})[0].Err
			},
			"fix-mac": func() error { _, err := FixMAC(t.Context(), e.path, OpenOptions{}); return err },
			"set":     func() error { _, err := Set(t.Context(), e.path, "/host", []byte("x"), SetOptions{}); return err },
		} {
			err := do()
			if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "this account may not") || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, %s: %v", name, verb, err)
			}
		}
		s.Refuse("")
		if read(t, e.path) != before {
			t.Errorf("%s: the file was written", name)
		}
	}
}

// Where each key holds the whole data key, one service that answers is enough to decrypt; to encrypt all have to.
func TestOneOfSeveralServices(t *testing.T) {
	s := services(t)
	down := silent(t) + "/v1/transit/keys/ci"
	both := func(o *EncryptOptions) {
		o.Keys = Keys{KMS: []string{s.AWS("k1")}, GCPKMS: []string{s.GCP("k2")}}
	}
	e := encrypt(t, "c.yaml", twoSecrets, both)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]string{nil, {"gcp_kms", "kms"}, {"kms", "gcp_kms"}} {
		asked := len(s.Asked())
		if _, err := Open(t.Context(), e.path, OpenOptions{Order: order}); err != nil {
			t.Fatal(err)
		}
		calls := s.Asked()[asked:]
		if len(calls) != 1 || len(order) > 0 && (calls[0].Service == "gcp") != (order[0] == "gcp_kms") {
			t.Errorf("with the order %q: asked %+v", order, calls)
		}
	}
	late := encrypt(t, "c.yaml", twoSecrets, both, func(o *EncryptOptions) { o.Keys.Vault, o.Timeout = []string{down}, 3*time.Second }) // the others need some time
	if fault.KindOf(late.Err) != fault.Environment || strings.Contains(late.Err.Error(), "AWS") || !strings.Contains(late.Err.Error(), "Vault key "+down+": no answer within 3s") {
		t.Errorf("the error names the one that is down: %v", late.Err)
	}
	if late.After != nil {
		t.Error("half of a result")
	}
}

// The recipients of a file change between clouds without its values: only the block is written anew.
func TestUpdateKeysBetweenClouds(t *testing.T) {
	s := services(t)
	file := sealFile(t, "c.yaml", sample)
	body := func() string { text, _, _ := strings.Cut(read(t, file), "\nsops:"); return text }
	values, want := body(), []string{"age key " + recipient}
	for _, next := range []struct {
		keys Keys
		list []string
	}{
		{Keys{Age: []string{recipient}, KMS: []string{s.AWS("k1")}}, []string{"AWS KMS key " + s.AWS("k1"), "age key " + recipient}},
		{Keys{KMS: []string{s.AWS("k1")}, Vault: []string{s.Vault("v")}}, []string{"AWS KMS key " + s.AWS("k1"), "Vault key " + s.Vault("v")}},
		{Keys{GCPKMS: []string{s.GCP("g1"), s.GCP("g2")}}, []string{"GCP KMS key " + s.GCP("g1"), "GCP KMS key " + s.GCP("g2")}},
		{Keys{Age: []string{recipient}}, []string{"age key " + recipient}},
	} {
		r := UpdateKeys(t.Context(), []string{file}, OpenOptions{}, EncryptOptions{Keys: next.keys, KeysFrom: "the flags"})[0]
		apply(t, r)
		if added, removed := strings.Join(r.Added, ", "), strings.Join(r.Removed, ", "); added != strings.Join(without(next.list, want), ", ") || removed != strings.Join(without(want, next.list), ", ") {
			t.Errorf("added %q, removed %q", added, removed)
		}
		want = next.list
		if body() != values || inClear(t, file) != sample {
			t.Errorf("for %q the values changed", next.list)
		}
		asked := len(s.Asked())
		if again := UpdateKeys(t.Context(), []string{file}, OpenOptions{}, EncryptOptions{Keys: next.keys})[0]; again.Err != nil || again.Done != "" || len(s.Asked()) != asked {
			t.Errorf("a second time: %+v", again)
		}
	}
}

func without(list, other []string) (out []string) {
	for _, one := range list {
		if !strings.Contains(strings.Join(other, "\n")+"\n", one+"\n") {
			out = append(out, one)
		}
	}
	return out
}

// What a flag gives as the context of AWS keys is sent with each call, and needed to decrypt.
func TestEncryptionContextIsSent(t *testing.T) {
	s := services(t)
	e := encrypt(t, "c.yaml", twoSecrets, func(o *EncryptOptions) {
		o.Keys = Keys{KMS: []string{s.AWS("k1")}, Context: "app:connkit,env:test"}
	})
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	decrypt(t, "c.yaml", e.After)
	for _, a := range s.Asked() {
		if a.Context != `{"app":"connkit","env":"test"}` {
			t.Errorf("sent %q", a.Context)
		}
	}
	dir, file := write(t, "c.yaml", strings.Replace(string(e.After), "env: test", "env: prod", 1))
	if _, err := Open(t.Context(), file, OpenOptions{Dir: dir}); fault.KindOf(err) != fault.Environment {
		t.Errorf("with another context: %v", err)
	}
}

// Two groups of three: any two open the file, one alone does not, and the error names those that failed.
func TestSharesOfSeveralServices(t *testing.T) {
	s := services(t)
	dir, file := write(t, "c.yaml", twoSecrets)
	rules := "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [" + recipient + "]\n      - kms: [{arn: \"" + s.AWS("k1") + "\"}]\n      - hc_vault: [\"" + s.Vault("v") + "\"]\n"
	if err := os.WriteFile(filepath.Join(dir, ".sops.yaml"), []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	e := Encrypt(t.Context(), []string{file}, EncryptOptions{Dir: dir})[0]
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	identity := os.Getenv("SOPS_AGE_KEY")
	if got := inClear(t, file); got != twoSecrets {
		t.Errorf("with all: %q", got)
	}
	t.Setenv("SOPS_AGE_KEY", "")
	if got := inClear(t, file); got != twoSecrets {
		t.Errorf("without age: %q", got)
	}
	t.Setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
	_, err := Open(t.Context(), file, OpenOptions{Dir: dir})
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "AWS KMS key "+s.AWS("k1")) || !strings.Contains(err.Error(), "age key "+recipient+": no identity found") {
		t.Errorf("with one share: %v", err)
	}
	t.Setenv("SOPS_AGE_KEY", identity)
	if got := inClear(t, file); got != twoSecrets {
		t.Errorf("without AWS: %q", got)
	}
	// A rule that asks for three of them makes no change that one could not undo.
	if err := os.WriteFile(filepath.Join(dir, ".sops.yaml"), []byte(strings.Replace(rules, "threshold: 2", "threshold: 3", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	r := UpdateKeys(t.Context(), []string{file}, OpenOptions{}, EncryptOptions{})[0]
	if fault.KindOf(r.Err) != fault.Environment || r.After != nil || len(r.Notes) == 0 || r.Notes[len(r.Notes)-1] != "it opens with 2 groups of keys, and would with 3" {
		t.Errorf("AWS is away: %v, notes %q", r.Err, r.Notes)
	}
}

// Ctrl-C ends a call to a service that does not answer, whatever the verb.
func TestInterruptOfEachVerb(t *testing.T) {
	s := services(t)
	e := encrypt(t, "c.yaml", twoSecrets, func(o *EncryptOptions) { o.Keys = Keys{KMS: []string{s.AWS("k1")}} })
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	s.Slow(time.Hour)
	for verb, do := range map[string]func(context.Context) error{
		"open":   func(ctx context.Context) error { _, err := Open(ctx, e.path, OpenOptions{}); return err },
		"rotate": func(ctx context.Context) error { return Rotate(ctx, []string{e.path}, OpenOptions{})[0].Err },
		"set": func(ctx context.Context) error {
			_, err := Set(ctx, e.path, "/a_sops", []byte("x"), SetOptions{})
			return err
		},
		"edit": func(ctx context.Context) error {
			_, err := Edit(ctx, e.path, EditOptions{Getenv: os.Getenv, Editor: func(context.Context, string) error { t.Error("the editor opens"); return nil }})
			return err
		},
		"merge": func(ctx context.Context) error {
			_, err := Merge(ctx, e.path, e.path, e.path, MergeOptions{Name: "c.yaml"})
			return err
		},
		"updatekeys": func(ctx context.Context) error {
			return UpdateKeys(ctx, []string{e.path}, OpenOptions{}, EncryptOptions{Keys: Keys{Age: []string{recipient}}})[0].Err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		asked := len(s.Asked())
		done := make(chan error, 1)
		go func() { done <- do(ctx) }()
		cancel()
		if err := <-done; fault.KindOf(err) != fault.Interrupted {
			t.Errorf("%s: %v", verb, err)
		}
		if len(s.Asked()) != asked {
			t.Errorf("%s: the service was asked", verb)
		}
	}
}
