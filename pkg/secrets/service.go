package secrets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/keyservice"
	"google.golang.org/grpc"

	"github.com/connkit/connkit/internal/fault"
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

var errLate = errors.New("no answer in time")

// deadline is that of services in the network; a person may have to answer the others.
func deadline(remote bool, timeout time.Duration) time.Duration {
	if remote {
		return timeout
	}
	return 0
}

// aside runs do in a goroutine and returns when it does, when the context ends,
// or when the time is over; 0 is no limit.
func aside[T any](ctx context.Context, limit time.Duration, do func() (T, error)) (T, error) {
	type answer struct {
		v   T
		err error
	}
	var none T
	done := make(chan answer, 1)
	go func() {
		v, err := guarded(do)
		done <- answer{v, err}
	}()
	var late <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case a := <-done:
		return a.v, a.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-late:
		return none, errLate
	}
}

func guarded[T any](do func() (T, error)) (v T, err error) {
	defer guard(&err)
	return do()
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

// wrap encrypts a data key with the master keys of meta.
func wrap(ctx context.Context, timeout time.Duration, meta *sops.Metadata, key []byte) (err error) {
	defer guard(&err)
	s := newService(ctx, timeout)
	errs := meta.UpdateMasterKeysWithKeyServices(key, []keyservice.KeyServiceClient{s})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(errs) == 0:
		return nil
	case len(s.failed) == 0:
		return fault.Usagef("encrypting the data key: %s", safe(errs[0]))
	}
	e := fault.Environmentf("encrypting the data key: %s", strings.Join(s.failed, "; "))
	if s.late {
		e.Hint = "is the service reachable from here? --timeout gives it longer"
	}
	return e
}

// unwrap gets the data key of a file by one of its master keys.
func unwrap(ctx context.Context, opts OpenOptions, meta *sops.Metadata) (key []byte, err error) {
	defer guard(&err)
	s := newService(ctx, opts.Timeout)
	order := sops.DefaultDecryptionOrder
	if len(opts.Order) > 0 {
		order = opts.Order
	}
	key, err = meta.GetDataKeyWithKeyServices([]keyservice.KeyServiceClient{s}, order)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		return key, nil
	}
	all := names(meta.KeyGroups)
	if len(all) == 0 {
		return nil, fault.Usagef("its sops block names no key")
	}
	return nil, fault.Environmentf("none of its keys could be used: %s", strings.Join(reasons(s.failed, all), "; ")).WithHint("%s", whereToLook(all, s.late))
}

// reasons gives what went wrong with each key, in a few words.
func reasons(failed, all []string) []string {
	if len(failed) == 0 {
		return all
	}
	var out []string
	for _, f := range failed {
		name, reason, _ := strings.Cut(f, ": ")
		switch {
		case strings.Contains(reason, "did not match any of the recipients"):
			reason = "not one of the identities at hand"
		case strings.HasPrefix(name, "age key") && strings.Contains(reason, "failed to load age identities"):
			reason = "no identity found"
		}
		out = append(out, name+": "+reason)
	}
	return out
}
