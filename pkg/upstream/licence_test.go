package upstream_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream"
)

const elv2 = demo + "/metadata.yaml"

func meta(id string) map[string]string {
	return files(elv2, "data:\n  name: Demo\n  license: "+id+"\n")
}

func TestLicencesRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there map[string]string
		mods  []mod
		kind  fault.Kind
		says  string
	}{
		"no SPDX id":                 {nil, []mod{licence("MADE-UP-1.0")}, fault.Usage, "MADE-UP-1.0"},
		"a near miss":                {nil, []mod{licence("Apache2")}, fault.Usage, "Apache-2.0"},
		"empty":                      {nil, []mod{licence("")}, fault.Usage, ""},
		"a proof that is not there":  {nil, []mod{proof("LICENCE")}, fault.Usage, "did you mean LICENSE"},
		"a proof seen from the path": {nil, []mod{proof("metadata.yaml")}, fault.Usage, "did you mean " + elv2},
		"a folder as proof":          {nil, []mod{proof("connectors")}, fault.Usage, "connectors"},
		"the root as proof":          {nil, []mod{proof(".")}, fault.Usage, "a file is wanted"},
		"a binary proof":             {files("logo.png", "\x00\x01"), []mod{proof("logo.png")}, fault.Usage, "logo.png"},
		"the metadata say another":   {meta("ELv2"), nil, fault.Blocked, "Elastic-2.0"},
		"claimed as the parent's":    {meta("ELv2"), []mod{proof("LICENSE")}, fault.Blocked, "Elastic-2.0"},
		"true, and denied":           {meta("ELv2"), []mod{licence("Elastic-2.0")}, fault.Blocked, "denies it"},
		"true, and to be decided":    {meta("GPL-3.0-only"), []mod{licence("GPL-3.0-only")}, fault.Blocked, "asks for a decision"},
		"a text of something else":   {files("LICENSE", "All rights reserved.\n", "connectors/source-demo/metadata.yaml", "data:\n  name: Demo\n"), []mod{proof("LICENSE")}, fault.Blocked, ""},
		"denied by the policy":       {nil, []mod{policy(license.Policy{Deny: []string{"MIT"}})}, fault.Blocked, "deny"},
		"asked about by the policy":  {nil, []mod{policy(license.Policy{Ask: []string{"MIT"}})}, fault.Blocked, "asks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.there != nil {
				w.commit(w.up, tt.there)
			}
			w.refused(tt.kind, tt.says, tt.mods...)
		})
	}
}

func policy(p license.Policy) mod { return func(o *upstream.Options) { o.Policy = p } }

func TestLicenceIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.up, meta("ELv2"))
	why := "agreed with legal,\n ticket 12"
	w.must(licence("Elastic-2.0"), accept(why))
	r := w.record("source-demo")
	if r.Accepted != "agreed with legal, ticket 12" || !strings.Contains(w.git("log", "-1", "--format=%B"), "\nLicense-Accepted: agreed with legal, ticket 12\n") {
		t.Errorf("%v", r)
	}
	w.commit(w.up, files(demo+"/later.py", "x\n"))
	w.refused(fault.Blocked, "denies it", update)
	w.must(update, accept("still agreed"))
}

func TestLicenceChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must()
	w.commit(w.up, meta("Apache-2.0"))
	w.refused(fault.Blocked, "Apache-2.0", update)
	w.refused(fault.Blocked, "changed MIT → Apache-2.0", update, licence("Apache-2.0"))
	w.must(update, licence("Apache-2.0"), accept("fine with us"))
	if r := w.record("source-demo"); r.License.ID != "Apache-2.0" {
		t.Errorf("%v", r)
	}
}

func TestLicenceIsCanonical(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if p := w.must(licence("mit")); p.Record.License.ID != "MIT" {
		t.Errorf("%q", p.Record.License.ID)
	}
	w = newWorld(t)
	w.commit(w.up, meta("GPL-2.0-only"))
	p := w.must(licence("GPL-2.0"), accept("ok"))
	if !strings.Contains(strings.Join(p.Notes, "\n"), "deprecated") {
		t.Errorf("%q", p.Notes)
	}
}

func TestLicenceTextsAreCarried(t *testing.T) {
	t.Parallel()
	t.Run("from a parent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.up, files("NOTICE", "Copyright 2024 Example\n"))
		p := w.must(proof("LICENSE"))
		if w.file("source-demo/LICENSE.upstream") != mitText || w.file("source-demo/NOTICE.upstream") != "Copyright 2024 Example\n" || len(p.Record.Carried) != 2 {
			t.Errorf("carried %v", p.Record.Carried)
		}
		// It follows what upstream does, and local edits stay.
		w.commit(w.up, files("LICENSE", strings.Replace(mitText, "2024", "2025", 1), demo+"/later.py", "x\n"), "NOTICE")
		w.must(update)
		if !strings.Contains(w.file("source-demo/LICENSE.upstream"), "2025") || w.file("source-demo/NOTICE.upstream") != "(none)" {
			t.Error("the texts are not those of upstream")
		}
	})
	t.Run("beside the code", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.up, files(demo+"/LICENSE", mitText))
		w.must(proof(demo + "/LICENSE"))
		if w.file("source-demo/LICENSE") != mitText || w.file("source-demo/LICENSE.upstream") != "(none)" {
			t.Error("the text is not where it belongs")
		}
	})
	t.Run("when the destination has its own", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.up, files(demo+"/LICENSE", mitText))
		w.commit(w.mono, files("source-demo/LICENSE", "ours\n"))
		w.must(proof(demo + "/LICENSE"))
		if w.file("source-demo/LICENSE") != "ours\n" || w.file("source-demo/LICENSE.upstream") != mitText {
			t.Error("the texts are mixed up")
		}
		newer := strings.Replace(mitText, "2024", "2025", 1)
		w.commit(w.up, files(demo+"/LICENSE", newer))
		w.must(update)
		if w.file("source-demo/LICENSE") != "ours\n" || w.file("source-demo/LICENSE.upstream") != newer {
			t.Error("the texts are mixed up at the second pull")
		}
	})
	t.Run("when that name is taken", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.mono, files("source-demo/LICENSE.upstream", "mine\n"))
		w.must(proof("LICENSE"))
		if w.file("source-demo/LICENSE.upstream") != "mine\n" || w.file("source-demo/LICENSE.upstream.2") != mitText {
			t.Error("a file of the monorepo was overwritten")
		}
	})
	t.Run("when it was edited here", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(proof("LICENSE"), ref("v1"))
		w.commit(w.mono, files("source-demo/LICENSE.upstream", "edited\n"))
		p := w.must(proof("LICENSE"))
		if w.file("source-demo/LICENSE.upstream") != "edited\n" || len(p.Notes) == 0 {
			t.Errorf("%q", p.Notes)
		}
	})
	t.Run("beside a single file", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(from(demo+"/main.py"), dest("lib/main.py"), proof("LICENSE"))
		if w.file("lib/main.py.LICENSE.upstream") != mitText || w.file("lib/main.py.UPSTREAM.yaml") == "(none)" {
			t.Errorf("%s", w.git("ls-files"))
		}
	})
}
