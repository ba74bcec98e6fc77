package license

import "strings"

// The categories of licences. They say what a licence asks of those who take
// code in, roughly; they are no legal advice.
const (
	Permissive      = "permissive"       // asks for its notice, or for nothing
	Copyleft        = "copyleft"         // asks for source under the same licence, of changed files or of more
	SourceAvailable = "source-available" // restricts who may use the code, or for what
	Unknown         = "unknown"
)

func allCategories() []string { return []string{Permissive, Copyleft, SourceAvailable, Unknown} }

// categories holds ids, and beginnings of ids that end in a dash or a star.
var categories = []struct{ category, ids string }{
	{SourceAvailable, `Elastic-2.0 BUSL-1.1 SSPL-1.0 PolyForm-* LicenseRef-PolyForm-* LicenseRef-Commons-Clause LicenseRef-proprietary FSL-* CC-BY-NC-* CC-BY-ND-*
		LicenseRef-Prosperity-* Aladdin Hippocratic-2.1 LicenseRef-Anti996 LicenseRef-Aladdin-9 TPDL Sendmail Sendmail-8.23 BSD-3-Clause-No-Military-License BSD-3-Clause-No-Nuclear-*`},
	{Copyleft, `GPL-* LGPL-* AGPL-* GFDL-* LicenseRef-GPL-* MPL-* EPL-* CDDL-* EUPL-* OSL-* CPL-1.0 IPL-1.0 CPAL-1.0 APSL-* NPL-* SPL-1.0 RPL-* QPL-1.0 Artistic-* ClArtistic
		CC-BY-SA-* ODbL-1.0 OFL-* CECILL-1.0 CECILL-1.1 CECILL-2.0 CECILL-2.1 CECILL-C CERN-OHL-S-* CERN-OHL-W-* MS-RL Sleepycat Parity-* copyleft-next-* LPPL-* NGPL
		Nokia RPSL-1.0 SISSL CATOSL-1.1 Watcom-1.0 LiLiQ-R* CAL-* OPL-1.0 eCos-2.0 wxWindows D-FSL-1.0 LGPLLR SugarCRM-1.1.3 TGPPL-1.0 YPL-* BSD-Protection`},
	{Permissive, `MIT MIT-* MITNFA X11 X11-* ISC ISC-* 0BSD BSD-* Apache-* Unlicense CC0-1.0 CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 CC-PDDC PDDL-1.0 Zlib zlib-acknowledgement
		libpng-2.0 Libpng BSL-1.0 NCSA UPL-1.0 PostgreSQL Python-2.0 Python-2.0.1 PSF-2.0 CNRI-Python WTFPL BlueOak-1.0.0 HPND HPND-* curl bzip2-1.0.5 bzip2-1.0.6 AFL-* ECL-1.0 ECL-2.0
		MS-PL ZPL-* PHP-3.0 PHP-3.01 Unicode-* OpenSSL TCL ICU IJG FTL W3C W3C-* NTP NTP-0 Beerware MulanPSL-* CECILL-B EFL-* Fair FSFAP FSFUL FSFULLR Intel NAIST-2003 Net-SNMP
		SGI-B-2.0 SMLNJ StandardML-NJ Spencer-* TU-Berlin-* Vim Xnet Zend-2.0 JasPer-2.0 OLDAP-* Plexus Qhull Ruby blessing xinetd AML Info-ZIP CDLA-Permissive-*`},
}

// categoryOf gives the category of a licence. An exception only grants more, so
// it leaves the category.
func categoryOf(id string) string {
	for _, c := range categories {
		for _, entry := range strings.Fields(c.ids) {
			if begin, ok := strings.CutSuffix(entry, "*"); ok && strings.HasPrefix(id, begin) || entry == id {
				return c.category
			}
		}
	}
	return Unknown
}
