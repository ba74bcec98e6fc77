package license

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// spdx is the SPDX licence list: canonical spellings by lower-case id.
type spdx struct {
	licenses, deprecated, exceptions map[string]string
}

// list is made at the first use, since most runs of connkit never ask.
var list = sync.OnceValue(func() spdx {
	return spdx{
		licenses:   byLower(spdxlicenses.GetLicenses()),
		deprecated: byLower(spdxlicenses.GetDeprecated()),
		exceptions: byLower(spdxlicenses.GetExceptions()),
	}
})

func sortedKeys(ids map[string]string) []string { return slices.Sorted(maps.Keys(ids)) }

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
