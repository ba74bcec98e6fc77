package secrets

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// What the connector's schema marks as secret must carry the suffix, or is given it.
func TestEncryptBySchema(t *testing.T) {
	t.Parallel()
	schema := json.RawMessage(`{"type":"object","properties":{"host":{"type":"string"},"code":{"type":"string","secret":true},
		"deep":{"type":"object","properties":{"pin":{"type":"string","airbyte_secret":true}}}}}`)
	with := func(fix bool) func(*EncryptOptions) {
		return func(o *EncryptOptions) { o.Schema, o.Fix = schema, fix }
	}
	text := "host: h\ncode: abc\ndeep:\n  pin: '12'\nother_sops: x\n"
	refused := encrypt(t, "c.yaml", text, with(false))
	var f *fault.Error
	if !errors.As(refused.Err, &f) || f.Kind != fault.Blocked || f.Line != 2 || !strings.Contains(f.Error(), "/code, /deep/pin") || !strings.Contains(f.Hint, "--fix") {
		t.Errorf("got %v", refused.Err)
	}
	fixed := encrypt(t, "c.yaml", text, with(true))
	if fixed.Err != nil {
		t.Fatal(fixed.Err)
	}
	if got := string(decrypt(t, "c.yaml", fixed.After).Text); got != "host: h\ncode_sops: abc\ndeep:\n  pin_sops: '12'\nother_sops: x\n" || len(fixed.Notes) != 2 {
		t.Errorf("notes %q, text\n%s", fixed.Notes, got)
	}
	allowed := encrypt(t, "c.yaml", text, with(false), func(o *EncryptOptions) { o.Allow = []string{"code", "/deep/pin"} })
	if allowed.Err != nil {
		t.Error(allowed.Err)
	}
	taken := encrypt(t, "c.yaml", "code: abc\ncode_sops: x\n", with(true))
	if fault.KindOf(taken.Err) != fault.Blocked {
		t.Errorf("the name is taken: %v", taken.Err)
	}
}
