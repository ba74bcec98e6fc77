package secrets

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
)

const secretWord = "hunter2x"

// secretText is a config whose secrets can be looked for.
func secretText(r *rand.Rand) string {
	var b strings.Builder
	for i := range 2 + r.IntN(4) {
		secret := fmt.Sprintf("%s%04d", secretWord, r.IntN(1e4))
		switch r.IntN(9) {
		case 0:
			fmt.Fprintf(&b, "k%d_sops: %s\n", i, secret)
		case 1:
			fmt.Fprintf(&b, "k%d_sops: \"%s\"\n", i, secret)
		case 2:
			fmt.Fprintf(&b, "k%d_sops: '%s' # about it\n", i, secret)
		case 3:
			fmt.Fprintf(&b, "k%d_sops: |\n  %s\n  more\n", i, secret)
		case 4:
			fmt.Fprintf(&b, "k%d_sops: [%s, 1]\n", i, secret)
		case 5:
			fmt.Fprintf(&b, "k%d:\n  - {n: 1, t_sops: %s}\n", i, secret)
		case 6:
			fmt.Fprintf(&b, "k%d_sops:\n  - %s\n  - &a%d %s\n", i, secret, i, secret)
		case 7:
			fmt.Fprintf(&b, "k%d: plain\nl%d_sops: >-\n  %s\n\n", i, i, secret)
		default:
			fmt.Fprintf(&b, "k%d_sops: !!str %s\n", i, secret)
		}
	}
	return b.String()
}

// sealing does all that encrypt does before a key is asked, and gives what it is refused for.
func sealing(name string, text []byte) error {
	format, err := formatOf(name, "")
	if err != nil {
		return err
	}
	d, err := parse(name, format, text)
	if err != nil {
		return err
	}
	if _, err := d.checkPlain(DefaultSuffix, EncryptOptions{}); err != nil {
		return err
	}
	w, err := d.weave(sops.Metadata{EncryptedSuffix: DefaultSuffix}, make([]byte, 32), newCipher())
	if err != nil {
		return err
	}
	return w.checkComments()
}

// Where a sign that YAML knows stands before or behind a secret, as it does where quotes are forgotten, the
// refusal tells the place and not the value.
func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	marks := []string{"*", "&", "!", "!!int ", "%", "@", "`", "\"", "'", "{", "[", "}", "]", ": ", "#", " #", "- ", "? ", "\t", "<<: ", "|", ">", "\x00", "\xff", "\u2028", "\r", "---\n", "...\n", "<<<<<<< ours\n", "\\", ",", "=", "~", "\ufeff", "ENC[AES256_GCM,"}
	refused := map[fault.Kind]int{}
	for range 2000 {
		text := secretText(r)
		for range 1 + r.IntN(2) {
			at := r.IntN(strings.LastIndex(text, secretWord) + 1)
			at += strings.Index(text[at:], secretWord) + r.IntN(2)*(len(secretWord)+4)
			text = text[:at] + marks[r.IntN(len(marks))] + text[at:]
		}
		err := sealing("config.yaml", []byte(text))
		if err == nil {
			continue
		}
		refused[fault.KindOf(err)]++
		if said := err.Error() + fault.HintOf(err); strings.Contains(said, secretWord) || fault.KindOf(err) == fault.Failed {
			t.Errorf("%q: %s", text, said)
		}
	}
	if refused[fault.Usage] < 500 || refused[fault.Blocked] < 10 {
		t.Errorf("refused: %v", refused)
	}
}
