package license

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"
)

//go:embed lre
var own embed.FS

// group is a set of licence texts that are looked for together. To make a
// scanner costs milliseconds, so each is made when a text first has a word that
// its licences have.
type group struct {
	words []string // small letters, single blanks
	ids   string   // of licensecheck
	own   string   // patterns of our own, in lre/
}

var groups = []group{
	{[]string{"permission is hereby", "permission to use"},
		"MIT MIT-0 MITNFA MIT-NoAd MIT-advertising MIT-CMU X11 ISC 0BSD HPND PostgreSQL UPL-1.0 curl JSON BSL-1.0 NCSA", ""},
	{[]string{"redistribution and use", "redistribution of source", "redistributions of source"}, "BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSD-2-Clause-Patent BSD-2-Clause-Views", ""},
	{[]string{"advertising materials"}, "BSD-4-Clause BSD-4-Clause-UC", ""},
	{[]string{"apache license", "educational community"}, "Apache-2.0 ECL-2.0", ""},
	{[]string{"public domain", "altered source", "you want to", "blue oak"}, "Unlicense Zlib WTFPL BlueOak-1.0.0", ""},
	{[]string{"licensor grants", "by the licensor", "licensed work"}, "", "Elastic-2.0 BUSL-1.1 LicenseRef-Commons-Clause"},
	{[]string{"affero general", "server side public"}, "AGPL-1.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later SSPL-1.0", ""},
	{[]string{"lesser general", "library general"},
		"LGPL-2.0 LGPL-2.1 LGPL-3.0 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later", ""},
	{[]string{"gnu general public", "gnu gpl"},
		"GPL-1.0 GPL-2.0 GPL-3.0 GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-2.0-or-3.0 GPL-3.0-only GPL-3.0-or-later", ""},
	{[]string{"mozilla public"}, "MPL-1.0 MPL-1.1 MPL-2.0 MPL-2.0-no-copyleft-exception", ""},
	{[]string{"eclipse public", "common public license"}, "EPL-1.0 EPL-2.0 CPL-1.0", ""},
	{[]string{"common development and distribution"}, "CDDL-1.0 CDDL-1.1", ""},
	{[]string{"european union public", "open software license", "academic free"}, "EUPL-1.1 EUPL-1.2 OSL-3.0 AFL-3.0", ""},
	{[]string{"cc0"}, "CC0-1.0", ""},
	{[]string{"creative commons"}, "CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0", ""},
	{[]string{"python"}, "Python-2.0 PSF-2.0 CNRI-Python", ""},
	{[]string{"apache software foundation", "apache group"}, "Apache-1.0 Apache-1.1", ""},
	{[]string{"artistic license", "open font", "sil "}, "Artistic-1.0 Artistic-1.0-Perl Artistic-2.0 OFL-1.0 OFL-1.1", ""},
	{[]string{"permitted purpose", "polyform", "parity", "prosperity"},
		"PolyForm-Noncommercial-1.0.0 PolyForm-Small-Business-1.0.0 Parity-7.0.0 Prosperity-3.0.0",
		"FSL-1.1-MIT FSL-1.1-ALv2 PolyForm-Shield-1.0.0 PolyForm-Perimeter-1.0.0 PolyForm-Strict-1.0.0 PolyForm-Internal-Use-1.0.0 PolyForm-Free-Trial-1.0.0"},
	{[]string{"microsoft", "zope", "ruby", "php", "openssl", "unicode", "bzip2", "libpng"},
		"MS-PL MS-RL ZPL-2.1 Ruby PHP-3.01 OpenSSL Unicode-DFS-2016 bzip2-1.0.6 Libpng libpng-2.0", ""},
}

// concerns tells whether a text, in small letters with single blanks, has a word of the group.
func (g group) concerns(text string) bool {
	return slices.ContainsFunc(g.words, func(w string) bool { return strings.Contains(text, w) })
}

// scanners has a scanner for each group, made at its first call.
var scanners = sync.OnceValue(func() []func() *licensecheck.Scanner {
	made := make([]func() *licensecheck.Scanner, len(groups))
	for i, g := range groups {
		made[i] = sync.OnceValue(func() *licensecheck.Scanner {
			s, err := licensecheck.NewScanner(g.patterns())
			if err != nil {
				panic(err) // the patterns are compiled in
			}
			return s
		})
	}
	return made
})

func (g group) patterns() []licensecheck.License {
	wanted := map[string]bool{}
	for _, id := range strings.Fields(g.ids) {
		wanted[id] = true
	}
	var list []licensecheck.License
	for _, l := range licensecheck.BuiltinLicenses() {
		if !wanted[l.ID] {
			continue
		}
		if l.ID == "PSF-2.0" { // the years of the copyright grow: the SPDX text has nineteen
			l.LRE = strings.ReplaceAll(l.LRE, "__6__", "__30__")
		}
		list = append(list, l)
	}
	for _, id := range strings.Fields(g.own) {
		text, err := own.ReadFile("lre/" + id + ".lre")
		if err != nil {
			panic(err) // the files are compiled in
		}
		list = append(list, licensecheck.License{ID: id, LRE: string(text)})
	}
	return list
}
