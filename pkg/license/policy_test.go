package license_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"MIT": "allow", "Apache-2.0": "allow", "BSD-3-Clause": "allow", "ISC": "allow", "0BSD": "allow", "Unlicense": "allow", "CC0-1.0": "allow", "CC-BY-4.0": "allow",
		"Zlib": "allow", "BSL-1.0": "allow", "Python-2.0": "allow", "PSF-2.0": "allow", "PostgreSQL": "allow", "UPL-1.0": "allow", "NCSA": "allow", "X11": "allow", "MIT-0": "allow",
		"GPL-2.0-only": "ask", "GPL-3.0": "ask", "GPL-2.0+": "ask", "LGPL-2.1-or-later": "ask", "AGPL-3.0-only": "ask", "MPL-2.0": "ask", "EPL-2.0": "ask", "CDDL-1.0": "ask",
		"EUPL-1.2": "ask", "CC-BY-SA-4.0": "ask", "OFL-1.1": "ask", "GPL-2.0-only WITH Classpath-exception-2.0": "ask",
		"Elastic-2.0": "deny", "BUSL-1.1": "deny", "SSPL-1.0": "deny", "CC-BY-NC-4.0": "deny", "CC-BY-ND-4.0": "deny", "CC-BY-NC-SA-4.0": "deny", "FSL-1.1-MIT": "deny",
		"PolyForm-Noncommercial-1.0.0": "deny", "LicenseRef-PolyForm-Shield-1.0.0": "deny", "LicenseRef-Commons-Clause": "deny", "LicenseRef-proprietary": "deny",
		"LicenseRef-acme": "ask", "Zeeff": "ask",
		"MIT OR GPL-3.0-only": "allow", "GPL-3.0-only OR MIT": "allow", "Elastic-2.0 OR GPL-3.0-only": "ask", "MIT AND GPL-3.0-only": "ask", "MIT AND Elastic-2.0": "deny",
		"Elastic-2.0 AND MIT": "deny", "(MIT OR Elastic-2.0) AND GPL-2.0-only": "ask", "(MIT AND Elastic-2.0) OR ISC": "allow",
	} {
		v := license.Policy{}.Judge(expr(t, in))
		if v.Decision != want || v.License == "" || v.Rule != "default: "+v.Category {
			t.Errorf("%s: got %+v, want %s", in, v, want)
		}
	}
	if v := (license.Policy{}).Judge(license.Expression{}); v.Decision != license.Ask || v.License != "no licence" {
		t.Errorf("got %+v", v)
	}
}

func TestPolicyLists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy license.Policy
		in     string
		want   string
	}{
		{license.Policy{Allow: []string{"Elastic-2.0"}}, "Elastic-2.0", "Elastic-2.0 is source-available: allow by allow: Elastic-2.0"},
		{license.Policy{Allow: []string{"elastic-2.0"}}, "Elastic-2.0", "Elastic-2.0 is source-available: allow by allow: elastic-2.0"},
		{license.Policy{Allow: []string{"Elastic-2.0"}}, "BUSL-1.1", "BUSL-1.1 is source-available: deny by default: source-available"},
		{license.Policy{Allow: []string{"source-available"}}, "BUSL-1.1", "BUSL-1.1 is source-available: allow by allow: source-available"},
		{license.Policy{Allow: []string{"copyleft"}, Deny: []string{"AGPL-3.0-only"}}, "AGPL-3.0-only", "AGPL-3.0-only is copyleft: deny by deny: AGPL-3.0-only"},
		{license.Policy{Allow: []string{"AGPL-3.0-only"}, Deny: []string{"copyleft"}}, "AGPL-3.0-only", "AGPL-3.0-only is copyleft: allow by allow: AGPL-3.0-only"},
		{license.Policy{Allow: []string{"MIT"}, Ask: []string{"MIT"}}, "MIT", "MIT is permissive: ask by ask: MIT"},
		{license.Policy{Allow: []string{"MIT"}, Ask: []string{"MIT"}, Deny: []string{"MIT"}}, "MIT", "MIT is permissive: deny by deny: MIT"},
		{license.Policy{Ask: []string{"permissive"}}, "MIT", "MIT is permissive: ask by ask: permissive"},
		{license.Policy{Deny: []string{"unknown"}}, "LicenseRef-acme", "LicenseRef-acme is unknown: deny by deny: unknown"},
		{license.Policy{Allow: []string{"LicenseRef-acme"}}, "LicenseRef-acme", "LicenseRef-acme is unknown: allow by allow: LicenseRef-acme"},
		{license.Policy{Allow: []string{"GPL-2.0-only WITH Classpath-exception-2.0"}}, "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0 is copyleft: allow by allow: GPL-2.0-only WITH Classpath-exception-2.0"},
		{license.Policy{Allow: []string{"GPL-2.0-only WITH Classpath-exception-2.0"}}, "GPL-2.0-only", "GPL-2.0-only is copyleft: ask by default: copyleft"},
		{license.Policy{Deny: []string{"GPL-2.0-only"}}, "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0 is copyleft: deny by deny: GPL-2.0-only"},
		{license.Policy{Deny: []string{"GPL-3.0-or-later"}}, "GPL-3.0", "GPL-3.0 is copyleft: deny by deny: GPL-3.0-or-later"},
		{license.Policy{Deny: []string{"GPL-3.0-or-later"}}, "GPL-3.0-only", "GPL-3.0-only is copyleft: ask by default: copyleft"},
	} {
		if got := tt.policy.Judge(expr(t, tt.in)).String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.policy, got, tt.want)
		}
	}
}

func TestCheckEntry(t *testing.T) {
	t.Parallel()
	for _, good := range append(license.Categories(), "MIT", "mit", "GPL-2.0", "LicenseRef-acme", "GPL-2.0-only WITH Classpath-exception-2.0") {
		if err := license.CheckEntry(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, hint := range map[string]string{
		"ELv2": "Elastic-2.0", "permisive": "permissive", "copy-left": "copyleft", "Apache 2.0": "Apache-2.0", "MIT OR ISC": "", "FOO-1": "", "": "", "NONE": "",
	} {
		err := license.CheckEntry(bad)
		if fault.KindOf(err) != fault.Usage || err == nil || !strings.Contains(fault.HintOf(err), hint) {
			t.Errorf("%q: got %v, hint %q", bad, err, fault.HintOf(err))
		}
	}
}
