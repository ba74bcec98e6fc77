package secrets

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/keyservice"
	"google.golang.org/grpc"
)

// DefaultTimeout is how long a key service in the network may take to answer.
const DefaultTimeout = 15 * time.Second

// service answers sops's requests with its own local service, which knows no
// deadline: each call runs aside, and one that takes too long is left behind.
type service struct {
	ctx     context.Context //nolint:containedctx // sops passes context.Background() to its services
	timeout time.Duration
	local   keyservice.KeyServiceClient

	mu     sync.Mutex
	failed []string // "key: reason", in the order of the calls
	late   bool
}

func newService(ctx context.Context, timeout time.Duration) *service {
	mute()
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	return &service{ctx: ctx, timeout: timeout, local: keyservice.NewLocalClient()}
}

// Encrypt is part of sops's interface.
func (s *service) Encrypt(ctx context.Context, r *keyservice.EncryptRequest, _ ...grpc.CallOption) (*keyservice.EncryptResponse, error) {
	return call(s, r.Key, func() (*keyservice.EncryptResponse, error) { return s.local.Encrypt(ctx, r) })
}

// Decrypt is part of sops's interface.
func (s *service) Decrypt(ctx context.Context, r *keyservice.DecryptRequest, _ ...grpc.CallOption) (*keyservice.DecryptResponse, error) {
	return call(s, r.Key, func() (*keyservice.DecryptResponse, error) { return s.local.Decrypt(ctx, r) })
}

func call[T any](s *service, key *keyservice.Key, do func() (T, error)) (T, error) {
	var none T
	name, remote := describe(key)
	v, err := aside(s.ctx, deadline(remote, s.timeout), do)
	if err == nil {
		return v, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == errLate { //nolint:errorlint // it is ours, and bare
		s.late = true
		s.failed = append(s.failed, fmt.Sprintf("%s: no answer within %s", name, s.timeout))
	} else {
		reason := safe(err)
		if remote {
			reason = answer(err)
		}
		s.failed = append(s.failed, name+": "+reason)
	}
	return none, err
}

// describe names a key, and tells whether it is asked for over the network.
func describe(key *keyservice.Key) (name string, remote bool) {
	switch k := key.KeyType.(type) {
	case *keyservice.Key_AgeKey:
		return "age key " + k.AgeKey.Recipient, false
	case *keyservice.Key_PgpKey:
		return "PGP key " + k.PgpKey.Fingerprint, false
	case *keyservice.Key_KmsKey:
		return "AWS KMS key " + k.KmsKey.Arn, true
	case *keyservice.Key_GcpKmsKey:
		return "GCP KMS key " + k.GcpKmsKey.ResourceId, true
	case *keyservice.Key_AzureKeyvaultKey:
		return fmt.Sprintf("Azure key %s/keys/%s/%s", k.AzureKeyvaultKey.VaultUrl, k.AzureKeyvaultKey.Name, k.AzureKeyvaultKey.Version), true
	case *keyservice.Key_VaultKey:
		return fmt.Sprintf("Vault key %s/v1/%s/keys/%s", k.VaultKey.VaultAddress, k.VaultKey.EnginePath, k.VaultKey.KeyName), true
	case *keyservice.Key_HckmsKey:
		return "Huawei KMS key " + k.HckmsKey.KeyId, true
	}
	return "a key", true
}

// names lists the keys of a file.
func names(groups []sops.KeyGroup) []string {
	var out []string
	for _, group := range groups {
		for _, key := range group {
			k := keyservice.KeyFromMasterKey(key)
			name, _ := describe(&k)
			out = append(out, name)
		}
	}
	return out
}
