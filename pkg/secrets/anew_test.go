package secrets

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// With --reformat sops lays out what cannot be spliced; the values stay, and the diff shows no secret.
func TestEncryptAnew(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an alias of a map":  "base: &b {a_sops: hunter2, n: 1}\nuse: *b\n",
		"a question mark":    "? a_sops\n: hunter2\nb: 1\n",
		"an explicit indent": "? b\n: - one\n  - two\na_sops: hunter2\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := encrypt(t, "c.yaml", text)
			if fault.KindOf(refused.Err) != fault.Blocked || !strings.Contains(fault.HintOf(refused.Err), "--reformat") {
				t.Fatalf("without --reformat: %v", refused.Err)
			}
			e := encrypt(t, "c.yaml", text, func(o *EncryptOptions) { o.Reformat = true })
			if e.Err != nil {
				t.Fatal(e.Err)
			}
			if !e.Anew || e.Values == 0 || strings.Contains(string(e.Before)+string(e.After), "hunter2") || !strings.Contains(string(e.Before), mask) {
				t.Errorf("anew %v, %d values, before:\n%s", e.Anew, e.Values, e.Before)
			}
			o := decrypt(t, "c.yaml", e.After)
			if v, _, err := o.Extract(map[string]string{"an alias of a map": "/use/a_sops"}[name] + map[bool]string{true: "/a_sops"}[name != "an alias of a map"]); err != nil || v != "hunter2" {
				t.Errorf("%v, %v\n%s", v, err, o.Text)
			}
		})
	}
	e := encrypt(t, "c.yaml", "# old: ghp_0123456789abcdefghijklmnopqrstuvwxyz\nbase: &b {a_sops: x}\nuse: *b\n", func(o *EncryptOptions) { o.Reformat = true })
	if fault.KindOf(e.Err) != fault.Blocked || !strings.Contains(e.Err.Error(), "a comment looks like a GitHub token") {
		t.Errorf("a comment with a secret: %v", e.Err)
	}
}
