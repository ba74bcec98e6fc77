package workspace

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// checkText tells whether one text is a value that the setting takes.
func (s setting) checkText(v string) error {
	switch {
	case s.kind == duration:
		if d, err := time.ParseDuration(v); err != nil || d <= 0 {
			return fault.Usagef("%s: %q is no duration such as 90s or 5m", s.key, v)
		}
	case s.kind != mapList && len(s.choices) > 0 && !slices.Contains(s.choices, v):
		return fault.Usagef("%s: %q is none of %s", s.key, v, strings.Join(s.choices, ", "))
	case s.check != nil:
		if err := s.check(v); err != nil {
			return fault.Usagef("%s: %w", s.key, err)
		}
	}
	return nil
}

// checkPublic refuses a private key where a public one belongs, without showing it.
func checkPublic(v string) error {
	if u := strings.ToUpper(v); strings.Contains(u, "AGE-SECRET-KEY-") || strings.Contains(u, "PRIVATE KEY") {
		return fault.Usagef("a private key stands where a public one belongs").WithHint("put the public key here, and replace the private one: who can read this has it")
	}
	return nil
}

func checkSuffix(v string) error {
	if v == "" || strings.ContainsAny(v, " \t\n:\"'") {
		return fault.Usagef("%q is no suffix of a key, such as _sops", v)
	}
	return nil
}

func checkGlob(v string) error {
	if _, err := path.Match(v, ""); err != nil || v == "" || strings.Contains(v, "/") {
		return fault.Usagef("%q is no glob for a folder's name", v)
	}
	return nil
}

func checkPathGlob(v string) error {
	if !doublestar.ValidatePattern(v) || v == "" || strings.HasPrefix(v, "/") || strings.HasPrefix(v, "!") {
		return fault.Usagef("%q is no glob of paths from the root, such as docs/** or **/*.md", v)
	}
	return nil
}

var pythonVersion = pattern.Lazy(`^(3\.\d{1,2})?$`)

func checkPython(v string) error {
	if !pythonVersion().MatchString(v) {
		return fault.Usagef("%q is no version of Python, such as 3.12", v)
	}
	return nil
}

func checkPrefix(v string) error {
	for _, part := range strings.Split(v, "/") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return !strings.ContainsRune("-_.", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0x80)
		}) {
			return fault.Usagef("%q is no catalog prefix: letters, digits, - _ . with slashes between", v)
		}
	}
	return nil
}
