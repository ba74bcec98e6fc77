package license

import (
	"slices"
	"strings"
	"sync"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"github.com/connkit/connkit/internal/fault"
)

// spdx is the SPDX licence list: canonical spellings by lower-case id.
type spdx struct {
	licenses, deprecated, exceptions map[string]string
	names                            []string // lower-case, sorted: licences, then exceptions
}

// list is made at the first use, since most runs of connkit never ask.
var list = sync.OnceValue(func() spdx {
	l := spdx{
		licenses:   byLower(spdxlicenses.GetLicenses()),
		deprecated: byLower(spdxlicenses.GetDeprecated()),
		exceptions: byLower(spdxlicenses.GetExceptions()),
	}
	for _, m := range []map[string]string{l.licenses, l.exceptions} {
		var some []string
		for lower := range m {
			some = append(some, lower)
		}
		slices.Sort(some)
		l.names = append(l.names, some...)
	}
	return l
})

func byLower(ids []string) map[string]string {
	m := make(map[string]string, len(ids))
	for _, id := range ids {
		m[strings.ToLower(id)] = id
	}
	return m
}

// canonicalID gives the list's spelling of a licence id.
func canonicalID(id string) (string, bool) {
	lower := strings.ToLower(id)
	if c, ok := list().licenses[lower]; ok {
		return c, true
	}
	c, ok := list().deprecated[lower]
	return c, ok
}

func deprecatedID(id string) bool {
	_, ok := list().deprecated[strings.ToLower(id)]
	return ok
}

// nearestID gives the id, of a licence or an exception, that t was probably meant to be; t itself when none is near.
func nearestID(t string) string {
	if c, ok := canonicalID(t); ok {
		return c
	}
	if m := named(t); !m.license.IsZero() && m.license.root.id != proprietary {
		return m.license.String()
	}
	lower := strings.ToLower(t)
	near := fault.Nearest(lower, list().names)
	if near == "" {
		return t
	}
	if c, ok := list().licenses[near]; ok {
		return c
	}
	return list().exceptions[near]
}

// successors are the expressions that stand for deprecated ids today, by the
// notes of the SPDX list; those of the GNU family follow from their form.
var successors = map[string]string{
	"BSD-2-Clause-FreeBSD":             "BSD-2-Clause",
	"BSD-2-Clause-NetBSD":              "BSD-2-Clause",
	"bzip2-1.0.5":                      "bzip2-1.0.6",
	"eCos-2.0":                         "GPL-2.0-or-later WITH eCos-exception-2.0",
	"GPL-2.0-with-autoconf-exception":  "GPL-2.0-only WITH Autoconf-exception-2.0",
	"GPL-2.0-with-bison-exception":     "GPL-2.0-or-later WITH Bison-exception-2.2",
	"GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
	"GPL-2.0-with-font-exception":      "GPL-2.0-only WITH Font-exception-2.0",
	"GPL-2.0-with-GCC-exception":       "GPL-2.0-or-later WITH GCC-exception-2.0",
	"GPL-3.0-with-autoconf-exception":  "GPL-3.0-only WITH Autoconf-exception-3.0",
	"GPL-3.0-with-GCC-exception":       "GPL-3.0-only WITH GCC-exception-3.1",
	"StandardML-NJ":                    "SMLNJ",
	"wxWindows":                        "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}

// successor gives what to write for a deprecated id, or "" when the list names nothing.
func successor(id string) string {
	if s, ok := successors[id]; ok {
		return s
	}
	if !deprecatedID(id) || !gnu(id) {
		return ""
	}
	if base, plus := strings.CutSuffix(id, "+"); plus {
		return base + "-or-later"
	}
	return id + "-only"
}

// gnu tells whether an id is of a family whose texts leave open which versions hold.
func gnu(id string) bool {
	for _, family := range []string{"GPL-", "LGPL-", "AGPL-", "GFDL-"} {
		if strings.HasPrefix(id, family) {
			return true
		}
	}
	return false
}
