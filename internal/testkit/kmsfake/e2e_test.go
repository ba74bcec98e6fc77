//go:build e2e

package kmsfake_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/testkit/kmsfake"
)

// sops runs the real sops CLI with nothing of the tester's environment.
func sops(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // for what hangs: a busy machine takes its time
	defer cancel()
	cmd := exec.CommandContext(ctx, "sops", args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The real sops encrypts with each fake and decrypts again.
func TestE2ESopsSpeaksToTheFakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		flag string
		key  func(*kmsfake.Server) string
		grpc bool
	}{
		"aws":      {"--kms", func(s *kmsfake.Server) string { return s.AWS("k1") }, false},
		"gcp rest": {"--gcp-kms", func(s *kmsfake.Server) string { return s.GCP("k1") }, false},
		"gcp grpc": {"--gcp-kms", func(s *kmsfake.Server) string { return s.GCP("k1") }, true},
		"azure":    {"--azure-kv", func(s *kmsfake.Server) string { return s.Azure("k1") }, false},
		"vault":    {"--hc-vault-transit", func(s *kmsfake.Server) string { return s.Vault("k1") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kmsfake.Start(t)
			file := filepath.Join(t.TempDir(), "x.yaml")
			plain := "token_sops: hunter2\n"
			if err := os.WriteFile(file, []byte(plain), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := sops(t, s.Env(tt.grpc), "encrypt", "-i", "--encrypted-suffix", "_sops", tt.flag, tt.key(s), file); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if out, err := sops(t, s.Env(tt.grpc), "decrypt", file); err != nil || out != plain {
				t.Errorf("%v: %s", err, out)
			}
			asked := s.Asked()
			if len(asked) != 2 || asked[0].Op != "encrypt" || asked[1].Op != "decrypt" || !strings.HasSuffix(asked[0].Key, "k1") || string(asked[0].Plain) != string(asked[1].Plain) || len(asked[0].Plain) != 32 {
				t.Errorf("asked %+v", asked)
			}
			other := kmsfake.Start(t) // with another key behind the same name
			if out, err := sops(t, append(other.Env(tt.grpc), "X=1"), "decrypt", file); err == nil && name != "azure" && name != "vault" {
				t.Errorf("another server decrypted: %s", out)
			}
			s.Refuse("not for you")
			if out, err := sops(t, s.Env(tt.grpc), "decrypt", file); err == nil || !strings.Contains(out, "not for you") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
