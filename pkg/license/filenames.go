package license

import (
	"bytes"
	"path"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// binary tells whether bytes are no text.
func binary(text []byte) bool {
	head := text[:min(len(text), 8000)]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return false
	}
	return bytes.IndexByte(head, 0) >= 0
}

var licenseName = pattern.Lazy(`(?i)^(un)?licen[cs]es?([-_. ].*)?$|^copying([-_. ].*)?$|^(mit|bsd|apache|gpl|lgpl|agpl|elastic|elv2|bsl)[-_ ]licen[cs]e([-_. ].*)?$|^[a-z0-9._-]+\.licen[cs]e\.(txt|md)$`)

// Speaks tells whether a file, by its name, can say something about the licence
// of what lies beside or below it; [Effective] reads those above a path too.
func Speaks(name string) bool {
	var l level
	l.sort(name, Entry{Name: name})
	return len(l.licenses)+len(l.notices)+len(l.metadata)+len(l.packages)+len(l.reuse) > 0
}

// thirdParty is in the name of files that hold the licences of others.
var thirdParty = pattern.Lazy(`(?i)(third|3rd)[-_ ]?part(y|ies)|dependenc|vendor|bundled|notices?\b|attribution`)

// isLicense tells whether a file, by its name, holds the licence of what lies beside it.
func isLicense(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".yaml", ".yml", ".toml", ".xml", ".css", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".pdf", ".spdx", ".key", ".lock", ".csv", ".tpl", ".tmpl", ".j2", ".lic":
		return false
	}
	if isSource(name) {
		return false
	}
	return licenseName().MatchString(name) && !thirdParty().MatchString(name)
}

var noticeName = pattern.Lazy(`(?i)^notices?([-_.](txt|md|rst|upstream))?$`)

func isNotice(name string) bool { return noticeName().MatchString(name) }

// HoldsText tells whether a file, by its name, holds the text of a licence or a notice.
func HoldsText(name string) bool { return isLicense(name) || isNotice(name) }
