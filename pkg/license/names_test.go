package license_test

import (
	"encoding/json"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// Names that packages use for their licences, most of them as they stand in
// package.json and on PyPI; "" for those that leave open which one is meant.
func TestNamesOfLicences(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"MIT License": "MIT", "The MIT License": "MIT", "MIT license": "MIT", "Expat": "MIT", "MIT (Expat)": "MIT", "MIT License (MIT)": "MIT", "http://opensource.org/licenses/MIT": "MIT",
		"MIT No Attribution License (MIT-0)": "MIT-0",
		"Apache 2":                           "Apache-2.0", "Apache2": "Apache-2.0", "Apache-2": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0",
		"Apache Software License 2.0": "Apache-2.0", "ASL 2.0": "Apache-2.0", "Apache 2.0 License": "Apache-2.0", "apache v2": "Apache-2.0", "Apache License Version 1.1": "Apache-1.1",
		"Apache": "", "Apache License": "", "Apache 3.0": "", "Apache Software License": "",
		"BSD": "", "BSD License": "", "BSD-like": "", "BSD 3-Clause": "BSD-3-Clause", "BSD-3": "BSD-3-Clause", "3-Clause BSD License": "BSD-3-Clause", "New BSD": "BSD-3-Clause",
		"Modified BSD License": "BSD-3-Clause", "Revised BSD": "BSD-3-Clause", "BSD 3-Clause License": "BSD-3-Clause", "BSD 3 Clause": "BSD-3-Clause", "BSD (3-clause)": "",
		"Simplified BSD": "BSD-2-Clause", "BSD 2-Clause": "BSD-2-Clause", "FreeBSD": "BSD-2-Clause", "BSD-2": "BSD-2-Clause", "BSD 4-clause": "BSD-4-Clause", "Zero-Clause BSD": "0BSD", "0BSD": "0BSD",
		"GPL": "", "GNU GPL": "", "GPLv2": "GPL-2.0", "GPL v2": "GPL-2.0", "GPL 2": "GPL-2.0", "GPL-2": "GPL-2.0", "GPLv2+": "GPL-2.0-or-later", "GPL 2.0 or later": "GPL-2.0-or-later",
		"GPLv3": "GPL-3.0", "GNU GPLv3": "GPL-3.0", "GNU General Public License v3 (GPLv3)": "GPL-3.0", "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later", "GPL-3.0+": "GPL-3.0+",
		"GNU General Public License, version 2": "GPL-2.0", "GPL 7": "",
		"LGPLv3": "LGPL-3.0", "LGPL 2.1": "LGPL-2.1", "LGPLv2+": "LGPL-2.0-or-later", "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0", "GNU Library General Public License v2": "LGPL-2.0", "LGPL": "",
		"AGPLv3": "AGPL-3.0", "AGPL-3": "AGPL-3.0", "GNU AGPLv3": "AGPL-3.0", "GNU Affero General Public License v3": "AGPL-3.0", "AGPL 3.0 or any later version": "AGPL-3.0-or-later",
		"MPL 2.0": "MPL-2.0", "MPL-2": "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Mozilla Public License": "", "EPL 2.0": "EPL-2.0", "Eclipse Public License v1.0": "EPL-1.0",
		"CDDL 1.0": "CDDL-1.0", "EUPL 1.2": "EUPL-1.2", "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
		"ELv2": "Elastic-2.0", "elv2": "Elastic-2.0", "Elastic": "Elastic-2.0", "Elastic License 2.0": "Elastic-2.0", "Elastic License 2.0 (ELv2)": "Elastic-2.0", "Elastic-2": "Elastic-2.0",
		"BSL 1.1": "BUSL-1.1", "BUSL": "BUSL-1.1", "Business Source License 1.1": "BUSL-1.1", "BSL 1.0": "BSL-1.0", "BSL-1.0": "BSL-1.0", "Boost Software License": "BSL-1.0", "BSL": "",
		"SSPL": "SSPL-1.0", "Server Side Public License": "SSPL-1.0", "ISC License": "ISC", "ISC License (ISCL)": "ISC", "The Unlicense (Unlicense)": "Unlicense", "CC0": "CC0-1.0",
		"CC0 1.0 Universal": "CC0-1.0", "CC BY 4.0": "CC-BY-4.0", "CC-BY-SA 4.0": "CC-BY-SA-4.0", "Creative Commons Attribution 4.0": "CC-BY-4.0", "zlib/libpng": "Zlib OR Libpng", "WTFPL": "WTFPL",
		"PSF": "", "Python Software Foundation License": "", "PostgreSQL License": "PostgreSQL", "Artistic License 2.0": "Artistic-2.0", "Universal Permissive License (UPL)": "UPL-1.0",
		"SIL Open Font License 1.1": "OFL-1.1", "Proprietary": "LicenseRef-proprietary", "Commercial": "LicenseRef-proprietary", "All rights reserved": "LicenseRef-proprietary",
		"MIT OR Apache-2.0": "MIT OR Apache-2.0", "MIT or Apache 2.0": "MIT OR Apache-2.0", "MIT/Apache-2.0": "MIT OR Apache-2.0", "MIT / Apache 2": "MIT OR Apache-2.0", "MIT and BSD-3-Clause": "MIT AND BSD-3-Clause",
		"MIT, Apache 2.0": "MIT AND Apache-2.0", "(MIT OR GPL-3.0-or-later)": "MIT OR GPL-3.0-or-later", "MIT and Apache or ISC": "", "MIT with Commons Clause": "MIT AND LicenseRef-Commons-Clause",
		"GPL-2.0 with Classpath exception": "", "public domain": "", "see LICENSE": "", "LICENSE": "", "Other": "", "UNKNOWN": "", "custom": "", "?": "", "-": "",
		"permit": "", "submit": "", "limited": "", "Summit 2.0": "", "elasticity": "",
	} {
		quoted, err := json.Marshal(map[string]string{"license": name})
		if err != nil {
			t.Fatal(err)
		}
		all, err := license.FromMetadata("package.json", quoted)
		if err != nil || len(all) != 1 || all[0].License.String() != want {
			t.Errorf("%q: got %s, %v, want %q", name, said(all), err, want)
		}
	}
}

// What hangs on a name, or stands beside it, is never guessed away: such a name
// is none that is known here, and a person has to look.
func TestNamesOnWhichMoreHangs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"MIT (non-commercial use only)":         "",
		"MIT, except for the folder enterprise": "",
		"MIT unless stated otherwise":           "",
		"MIT without warranty of title":         "",
		"not MIT":                               "",
		"No MIT":                                "",
		"formerly MIT":                          "",
		"MIT-style":                             "",
		"MIT-like":                              "",
		"BSD-style":                             "",
		"MIT and Foo":                           "",
		"MIT AND Foo-1.0":                       "",
		"Foo or MIT":                            "",
		"MIT & Foo":                             "",
		"MIT/ISC, Zlib":                         "",                      // what binds first is anyone's guess
		"MIT or ISC and Zlib":                   "MIT OR (ISC AND Zlib)", // SPDX says what binds first
		"MIT or GPL":                            "",                      // of which version nobody says
		"Apache-1.0 or 2.0":                     "",
		"GPL (with exception)":                  "",
		"GPL-2.0 + exception":                   "",
		"BSD 3-Clause No Nuclear License":       "",
		"Apache 2.0, excluding patents":         "",
		"ISC only for students":                 "",
		"CC BY-NC 4.0":                          "CC-BY-NC-4.0",
		"CC-BY-NC 3.0":                          "CC-BY-NC-3.0",
		"CC BY-NC-SA 4.0":                       "CC-BY-NC-SA-4.0",
		"CC BY-NC-ND 4.0":                       "CC-BY-NC-ND-4.0",
		"CC BY-ND 4.0":                          "CC-BY-ND-4.0",
		"CC BY-NC":                              "",
		"CC BY-NC 2.0":                          "",
		"Creative Commons Attribution-NonCommercial 4.0": "CC-BY-NC-4.0",
		"Creative Commons Attribution-ShareAlike 4.0":    "CC-BY-SA-4.0",
		"Creative Commons Attribution-NoDerivs 3.0":      "CC-BY-ND-3.0",
		"Creative Commons Attribution-NoDerivatives 4.0": "CC-BY-ND-4.0",
		"BSD 3-Clause \"New\" or \"Revised\" License":    "BSD-3-Clause",
		"BSD 2-Clause \"Simplified\" License":            "BSD-2-Clause",
		"BSD 4-Clause \"Original\" or \"Old\" License":   "BSD-4-Clause",
		"GPL v2 or (at your option) any later version":   "GPL-2.0-or-later",
		"GPL v3 or newer": "GPL-3.0-or-later",
		"GNU Library or Lesser General Public License v2.1": "LGPL-2.1", // the old name and the new one
		"Common Development and Distribution License 1.1":   "CDDL-1.1",
		"MIT License - see the file LICENSE":                "MIT",
		"MIT (see LICENSE)":                                 "MIT",
		"Licence: MIT":                                      "MIT",
		"Proprietary and confidential":                      "LicenseRef-proprietary",
		"All rights reserved, not for distribution":         "LicenseRef-proprietary",
		"Apache 2.0 & Commons Clause":                       "Apache-2.0 AND LicenseRef-Commons-Clause",
		"MIT + Commons Clause":                              "LicenseRef-Commons-Clause",
	} {
		quoted, err := json.Marshal(map[string]string{"license": name})
		if err != nil {
			t.Fatal(err)
		}
		all, err := license.FromMetadata("package.json", quoted)
		if err != nil || len(all) != 1 || all[0].License.String() != want {
			t.Errorf("%q: got %s, %v, want %q", name, said(all), err, want)
		}
		e, _ := effective(t, tree{"package.json": string(quoted), "a.js": "x"}, "")
		if want == "" && e.Proven() {
			t.Errorf("%q proves %s", name, e.License)
		}
	}
}
