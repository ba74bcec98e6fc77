package build

import (
	"fmt"
	"os"
	"slices"

	"github.com/connkit/connkit/pkg/build/engine"
)

// certificates is the file in which templates look for certificates where a
// step cannot mount a secret. Its layer stays in the stage that builds.
const (
	certificates   = "build-ca.crt"
	certificatesID = "ca"
)

// withoutCertificates drops the secret that can go another way: certificates
// are public, so that a file in the context does as well.
func withoutCertificates(secrets []engine.Secret) []engine.Secret {
	return slices.DeleteFunc(slices.Clone(secrets), func(s engine.Secret) bool { return s.ID == certificatesID })
}

// certificates gives what the secret ca holds, or nil.
func (t *Target) certificates() ([]byte, error) {
	for _, s := range t.secrets {
		switch {
		case s.ID != certificatesID:
		case s.Env != "":
			return []byte(os.Getenv(s.Env)), nil
		default:
			text, err := os.ReadFile(s.Src)
			if err != nil {
				return nil, fmt.Errorf("reading the secret %q: %w", s.ID, err)
			}
			return text, nil
		}
	}
	return nil, nil
}
