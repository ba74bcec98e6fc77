package secrets

import (
	"strconv"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
)

// Extract gives the value at a JSON pointer (RFC 6901), as data and as text: a text
// as it is, anything else in the file's format.
func (o *Opened) Extract(at string) (any, []byte, error) {
	missing := func() (any, []byte, error) {
		return nil, nil, fault.Usagef("decrypting %q: there is nothing at %q", o.File, at)
	}
	var v any = o.opened.tree
	for _, key := range strings.Split(at, "/")[1:] {
		key = unescaper.Replace(key)
		switch t := v.(type) {
		case sops.TreeBranch:
			i := -1
			for k, item := range t {
				if item.Key == key {
					i = k
				}
			}
			if i < 0 {
				return missing()
			}
			v = t[i].Value
		case []any:
			items := withoutComments(t)
			i, err := strconv.Atoi(key)
			if err != nil || strconv.Itoa(i) != key || i < 0 || i >= len(items) {
				return missing()
			}
			v = items[i]
		default:
			return missing()
		}
	}
	if s, ok := v.(string); ok {
		return s, []byte(s), nil
	}
	text, err := emitValue(o.Format, v)
	if err != nil {
		return nil, nil, errSops
	}
	return plainData(v), append(text[:len(strings.TrimRight(string(text), "\n"))], '\n'), nil
}

// plainData gives a value of a tree without sops's types; maps lose their order.
func plainData(v any) any {
	switch t := v.(type) {
	case sops.TreeBranch:
		out := map[string]any{}
		for _, item := range uncommented(t) {
			if key, ok := item.Key.(string); ok {
				out[key] = plainData(item.Value)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range withoutComments(t) {
			out = append(out, plainData(item))
		}
		return out
	}
	return v
}
