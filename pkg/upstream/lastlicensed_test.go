package upstream_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream"
)

func lastLicensed(id string) mod {
	return func(o *upstream.Options) { o.LastLicensed, o.Ref = id, "" }
}

func TestLastLicensed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.committed(files("README.md", "again\n"))
	by := w.committed(meta("ELv2"))
	w.commit(w.up, files(demo+"/later.py", "x\n"))
	p := w.must(lastLicensed(upstream.Claimed))
	if p.Record.Commit != last || p.Record.Ref != last || p.Record.FullRef != "" || !strings.Contains(strings.Join(p.Notes, "\n"), by[:12]) {
		t.Errorf("%+v, notes %q", p.Record, p.Notes)
	}
	if w.file("source-demo/later.py") != "(none)" {
		t.Error("later files came along")
	}
	// The next pull is stopped, and told the way out, which brings nothing more.
	w.refused(fault.Blocked, "connkit pull-upstream --update source-demo --last-licensed", update)
	if p := w.must(update, lastLicensed(upstream.Claimed)); p.Action != upstream.None {
		t.Errorf("%s", p.Action)
	}
	// Back under the licence, and away from it again.
	w.commit(w.up, meta("MIT"))
	again := w.committed(files(demo+"/again.py", "x\n"))
	w.commit(w.up, meta("ELv2"))
	if p := w.must(update, lastLicensed("MIT")); p.Record.Commit != again || w.file("source-demo/again.py") != "x\n" {
		t.Errorf("%+v", p.Record)
	}
}

func TestLastLicensedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apache := w.committed(meta("Apache-2.0"))
	w.upGit("branch", "work")
	w.commit(w.up, meta("ELv2"))
	w.upGit("mv", demo, "moved")
	w.upGit("commit", "-qm", "move")
	// Under another licence than the tip, at another place than the tip.
	p := w.must(lastLicensed("Apache-2.0"), licence("Apache-2.0"), from("moved"), proof("moved/metadata.yaml"))
	if p.Record.Commit != apache || p.Record.Path != demo || p.Record.License.Path != elv2 {
		t.Errorf("%+v", p.Record)
	}
	w.refused(fault.Blocked, "the claim is MIT", lastLicensed("Apache-2.0"), from("moved"), proof("moved/metadata.yaml"), dest("source-two"))
	w.refused(fault.Failed, "none of", lastLicensed("ISC"), dest("source-two"))
	w.refused(fault.Usage, "MADE-UP", lastLicensed("MADE-UP"), dest("source-two"))
	w.refused(fault.Usage, "nope", func(o *upstream.Options) { o.LastLicensed, o.Ref = "MIT", "nope" }, dest("source-two"))
	if p := w.must(func(o *upstream.Options) { o.LastLicensed, o.Ref = "MIT", "work" }, dest("source-two")); p.Record.Commit != w.upGit("rev-parse", "work^") {
		t.Errorf("%+v", p.Record)
	}
}

// What contradicts itself in the path stops an import, whatever the order says of it.
func TestContradictionsStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.up, files(demo+"/LICENSE", mitText, elv2, "data:\n  license: ELv2\n"))
	w.refused(fault.Blocked, "LICENSE says MIT", proof(demo+"/LICENSE"))
	w.refused(fault.Blocked, "“ELv2” (Elastic-2.0)", proof(demo+"/LICENSE"))
	w.must(proof(demo+"/LICENSE"), accept("they meant MIT, ticket 7"))
	if r := w.record("source-demo"); r.Accepted != "they meant MIT, ticket 7" || r.License.ID != "MIT" {
		t.Errorf("%+v", r)
	}
}
