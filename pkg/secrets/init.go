package secrets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// Setup is what encrypting needs on a machine without any cloud: an age
// identity where sops looks for it, and a rule file that names its recipient.
type Setup struct {
	Identity     string   `json:"identity"` // the file
	IdentityMade bool     `json:"identityMade"`
	Rules        string   `json:"rules"` // the file
	RulesMade    bool     `json:"rulesMade"`
	Recipient    string   `json:"recipient,omitempty"`
	DryRun       bool     `json:"dryRun"`
	Notes        []string `json:"notes,omitempty"`

	RulesText []byte `json:"-"`

	identity string // the text of the file, when it is to be made
}

// unknownRecipient stands in a dry run for the recipient of an identity that is not made.
const unknownRecipient = "age1…"

// PlanSetup finds what is missing for encrypting files in root. What is there
// stays as it is. A dry run makes no identity, not even in memory.
func PlanSetup(root, suffix string, getenv func(string) string, dryRun bool) (*Setup, error) {
	s := &Setup{Identity: identityFile(getenv), Rules: filepath.Join(root, ".sops.yaml"), Recipient: unknownRecipient, DryRun: dryRun}
	text, err := os.ReadFile(s.Identity)
	switch {
	case err == nil:
		if s.Recipient, err = recipientOf(string(text)); err != nil {
			return nil, fault.Blockedf("reading %q: %w", s.Identity, err).WithHint("move the file away, or set $SOPS_AGE_KEY_FILE to another")
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fault.Environmentf("reading %q: %w", s.Identity, cause(err))
	case getenv("SOPS_AGE_KEY") != "":
		if s.Recipient, err = recipientOf(getenv("SOPS_AGE_KEY")); err != nil {
			return nil, fault.Environmentf("reading $SOPS_AGE_KEY: %w", err)
		}
		s.Identity = "$SOPS_AGE_KEY"
	default:
		s.IdentityMade = true
		if !dryRun {
			if err := s.newIdentity(); err != nil {
				return nil, err
			}
		}
	}
	return s, s.planRules(suffix)
}

func recipientOf(text string) (string, error) {
	for line := range strings.Lines(text) {
		for _, word := range strings.Fields(line) {
			if strings.HasPrefix(word, "#") {
				break
			}
			if id, err := age.ParseX25519Identity(word); err == nil {
				return id.Recipient().String(), nil
			}
			if id, err := age.ParseHybridIdentity(word); err == nil {
				return id.Recipient().String(), nil
			}
		}
	}
	return "", errors.New("it holds no age identity that connkit can read")
}

func (s *Setup) newIdentity() error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("making an age identity: %w", err)
	}
	s.Recipient = id.Recipient().String()
	s.identity = fmt.Sprintf("# created: %s\n# public key: %s\n%s\n", time.Now().Format(time.RFC3339), s.Recipient, id)
	return nil
}

func (s *Setup) planRules(suffix string) error {
	if suffix == "" {
		suffix = DefaultSuffix
	}
	text, err := os.ReadFile(s.Rules)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.RulesMade = true
		s.RulesText = fmt.Appendf(nil, "# Who can decrypt the configs below this folder: sops and connkit encrypt read it.\ncreation_rules:\n  - encrypted_suffix: %s\n    age: %s\n", suffix, s.Recipient)
	case err != nil:
		return fmt.Errorf("reading %q: %w", s.Rules, cause(err))
	case !strings.Contains(string(text), s.Recipient) && s.Recipient != unknownRecipient:
		s.Notes = append(s.Notes, fmt.Sprintf("the rules were there already and do not name %s: add it to age: of the rule that is to hold", s.Recipient))
	}
	return nil
}

// Apply makes what is missing, all or nothing. A file that has appeared meanwhile is not replaced.
func (s *Setup) Apply() error {
	var changes []textedit.Change
	if s.identity != "" {
		changes = append(changes, textedit.Change{Path: s.Identity, After: []byte(s.identity), Perm: 0o600})
	}
	if s.RulesMade {
		changes = append(changes, textedit.Change{Path: s.Rules, After: s.RulesText})
	}
	return textedit.Apply(changes...)
}
