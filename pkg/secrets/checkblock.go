package secrets

import (
	"strings"
	"time"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/pattern"
)

var (
	cipherForm = pattern.Lazy(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:(str|int|float|bool|bytes|time|comment)\]$`)
	recipients = []string{"age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"}
)

// block checks the metadata, and gives which values they want encrypted.
func (i *inspection) block(block member) (regime, bool) {
	n := block.value
	wrong := func(at *node, message, fix string) { i.at(at, "error", "the sops block "+message, fix) }
	text := func(key string) string {
		if at, found := n.member(key); found {
			return n.members[at].value.value
		}
		return ""
	}
	if mac := text("mac"); !soundCipher(mac) || !strings.HasSuffix(mac, "type:str]") {
		wrong(block.key, "has no sound signature (mac)", "connkit secrets fix-mac "+i.name)
	}
	if _, err := time.Parse(time.RFC3339, text("lastmodified")); err != nil {
		wrong(block.key, "has no date (lastmodified), without which the signature cannot be read", "take the block from git")
	}
	if text("version") == "" {
		wrong(block.key, "names no version of sops", "")
	}
	if i.recipients(n, wrong) == 0 {
		wrong(block.key, "names no key that could open the file", "take the block from git")
	}
	m := sops.Metadata{
		EncryptedSuffix: text("encrypted_suffix"), UnencryptedSuffix: text("unencrypted_suffix"), EncryptedRegex: text("encrypted_regex"), UnencryptedRegex: text("unencrypted_regex"),
		EncryptedCommentRegex: text("encrypted_comment_regex"), UnencryptedCommentRegex: text("unencrypted_comment_regex"),
	}
	stated := 0
	for _, s := range []string{m.EncryptedSuffix, m.UnencryptedSuffix, m.EncryptedRegex, m.UnencryptedRegex, m.EncryptedCommentRegex, m.UnencryptedCommentRegex} {
		stated += tally(s != "")
	}
	switch {
	case stated == 0:
		i.at(block.key, "warning", "the sops block does not say which keys are encrypted: sops takes all", "")
	case stated > 1:
		wrong(block.key, "has more than one rule for which keys are encrypted", "keep one")
	}
	reg, err := regimeOf(m)
	if err != nil {
		wrong(block.key, "has a pattern that is none", "")
	}
	return reg, err == nil
}

// recipients counts the keys that can open a file.
func (i *inspection) recipients(block *node, wrong func(at *node, message, fix string)) int {
	groups := []*node{block}
	if at, found := block.member("key_groups"); found {
		groups = append(groups, block.members[at].value.items...)
	}
	total := 0
	for _, group := range groups {
		for _, name := range recipients {
			at, found := group.member(name)
			if !found {
				continue
			}
			for _, key := range group.members[at].value.items {
				total++
				if enc, has := key.member("enc"); !has || key.members[enc].value.value == "" {
					wrong(key, "has a key without the data key encrypted for it (enc)", "connkit secrets updatekeys "+i.name)
				}
			}
		}
	}
	return total
}
