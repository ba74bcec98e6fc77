package secrets

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for want, k := range map[string]Keys{
		"--age was given a private key":     {Age: []string{"AGE-SECRET-KEY-1QQQQQQQQ"}},
		"--pgp was given a private key":     {PGP: []string{"-----BEGIN PGP PRIVATE KEY BLOCK-----\nQQQQQQQQ"}},
		"--kms was given a private key":     {KMS: []string{"age-secret-key-1qqqqqqqq"}},
		`--age: "hunter2h…" is no such key`: {Age: []string{"hunter2hunter2QQQQ"}},
		"one of the age recipients is none": {Age: []string{"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"}},
		`--pgp: "xyz" is no such key`:       {PGP: []string{"xyz"}},
		`--gcp-kms: "projects…" is no`:      {GCPKMS: []string{"projects/p"}},
		`--kms: "arn:aws:…" is no`:          {KMS: []string{"arn:aws:s3:::x"}},
		`--azure-kv: "http://x…" is no`:     {AzureKV: []string{"http://x.vault.azure.net/keys/k"}},
		`--hc-vault-transit: "vault/tr…"`:   {Vault: []string{"vault/transit/keys/k"}},
		"--encryption-context is no list":   {KMS: []string{"arn:aws:kms:r:1:key/x"}, Context: "novalue"},
	} {
		_, err := fromKeys(k, "")
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) || strings.Contains(strings.ToUpper(err.Error()+fault.HintOf(err)), "QQQQQQQQ") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestKeysFromEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{"SOPS_AGE_RECIPIENTS": "age1x", "SOPS_PGP_FP": "AB CD, EF", "SOPS_KMS_ARN": "arn"}
	k := Keys{Age: []string{"age1flag"}}
	taken := k.FromEnvironment(func(name string) string { return env[name] })
	if strings.Join(taken, " ") != "SOPS_KMS_ARN SOPS_PGP_FP" || k.Age[0] != "age1flag" || k.KMS[0] != "arn" || strings.Join(split(k.PGP), "|") != "AB CD|EF" {
		t.Errorf("%q %+v", taken, k)
	}
}

// silent gives the address of a service that takes calls and never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return "http://" + l.Addr().String()
}

func TestDeadlineOfAKeyService(t *testing.T) {
	t.Parallel()
	uri := silent(t) + "/v1/transit/keys/ci"
	late := func(o *EncryptOptions) { o.Keys, o.Timeout = Keys{Vault: []string{uri}}, 100*time.Millisecond }
	e := encrypt(t, "config.yaml", "b_sops: x\n", late)
	if fault.KindOf(e.Err) != fault.Environment || !strings.Contains(e.Err.Error(), "Vault key "+uri+": no answer within 100ms") || !strings.Contains(fault.HintOf(e.Err), "--timeout") {
		t.Errorf("got %v (%s)", e.Err, fault.HintOf(e.Err))
	}
	// The others of the group do not help when one cannot be reached: each has to get the data key.
	e = encrypt(t, "config.yaml", "b_sops: x\n", late, func(o *EncryptOptions) { o.Keys.Age = []string{recipient} })
	if fault.KindOf(e.Err) != fault.Environment {
		t.Errorf("got %v", e.Err)
	}
}

func TestInterruptOfAKeyService(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	dir, file := write(t, "config.yaml", "b_sops: x\n")
	done := make(chan error, 1)
	go func() {
		done <- Encrypt(ctx, []string{file}, EncryptOptions{Dir: dir, Keys: Keys{Vault: []string{silent(t) + "/v1/transit/keys/ci"}}, Timeout: time.Hour})[0].Err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A panic of the library is an error, and not the end of the program.
func TestGuard(t *testing.T) {
	t.Parallel()
	_, err := aside(t.Context(), 0, func() (int, error) { panic("odd") })
	if err == nil {
		t.Error("no error")
	}
}
