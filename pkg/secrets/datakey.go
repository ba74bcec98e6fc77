package secrets

import (
	"context"
	"strings"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/keyservice"

	"github.com/connkit/connkit/internal/fault"
)

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
