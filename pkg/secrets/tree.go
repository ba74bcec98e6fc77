package secrets

import (
	"math"
	"time"

	"github.com/getsops/sops/v3"
)

// clone copies a tree, which sops changes in place.
func clone(v any) any {
	switch v := v.(type) {
	case sops.TreeBranch:
		out := make(sops.TreeBranch, len(v))
		for i, item := range v {
			out[i] = sops.TreeItem{Key: item.Key, Value: clone(item.Value)}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = clone(item)
		}
		return out
	}
	return v
}

// same tells whether two trees hold the same keys and values, in order, and,
// when asked, the same comments.
func same(a, b any, comments bool) bool {
	switch a := a.(type) {
	case sops.TreeBranch:
		b, ok := b.(sops.TreeBranch)
		if !comments {
			a, b = uncommented(a), uncommented(b)
		}
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i].Key, b[i].Key, comments) || !same(a[i].Value, b[i].Value, comments) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !comments {
			a, b = withoutComments(a), withoutComments(b)
		}
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i], comments) {
				return false
			}
		}
		return true
	case sops.Comment:
		b, ok := b.(sops.Comment)
		return ok && a.Value == b.Value
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	case float64:
		b, ok := b.(float64)
		return ok && (a == b || math.IsNaN(a) && math.IsNaN(b))
	}
	return a == b
}

func uncommented(branch sops.TreeBranch) sops.TreeBranch {
	out := make(sops.TreeBranch, 0, len(branch))
	for _, item := range branch {
		if _, is := item.Key.(sops.Comment); !is {
			out = append(out, item)
		}
	}
	return out
}

func withoutComments(list []any) []any {
	out := make([]any, 0, len(list))
	for _, item := range list {
		if _, is := item.(sops.Comment); !is {
			out = append(out, item)
		}
	}
	return out
}
