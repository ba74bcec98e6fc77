package upstream

import (
	"io"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Options say what to import and where to.
type Options struct {
	Dir   string // where the user stands, absolute
	Root  string // folder that Dest is seen from, absolute; "" is the top of the repository
	Cache string // folder for what is fetched, see [CacheDir]

	Remote      string // configured remote, URL or folder
	Ref         string // branch, tag or commit of the upstream
	Path        string // folder or file of the upstream; "", "." and "/" are its root
	Dest        string // where it goes
	License     string // SPDX expression that is claimed
	LicensePath string // file of the upstream that proves it

	LastLicensed   string // SPDX expression: import the newest commit under it, looked for from Ref, or HEAD
	Update         bool   // take what is left empty from the record of Dest
	AcceptLicense  string // reason to take a licence that is in doubt, changed or against the policy
	Single         bool   // make an ordinary commit instead of a merge commit
	SkipSubmodules bool   // leave submodules of the upstream out

	Policy   license.Policy
	Version  string        // of connkit, for the record
	Terminal bool          // git may ask for passwords
	Report   remote.Report `json:"-"`
	Log      io.Writer     `json:"-"` // gets what hooks print; nil for none
}

// What a plan does.
const (
	Import = "import" // there is no record of an earlier one
	Update = "update" // merges what upstream changed
	None   = "none"   // everything is there already
)

// Change is one file that an import changes.
type Change struct {
	Path   string `json:"path"`   // from the top of the repository
	Status string `json:"status"` // added, changed, deleted or conflict
	Why    string `json:"why,omitempty"`
}

// The states of a change.
const (
	Added    = "added"
	Changed  = "changed"
	Deleted  = "deleted"
	Conflict = "conflict"
)

// Base is the earlier import that is merged from.
type Base struct {
	Commit string `json:"commit"` // of the upstream
	Path   string `json:"path"`
	Found  string `json:"found"` // where the record was: a file, or the commit of a message
}

// Plan is an import that is worked out and not yet made.
type Plan struct {
	Action   string           `json:"action"`
	Dest     string           `json:"dest"`
	Upstream remote.Remote    `json:"upstream"`
	Ref      remote.Resolved  `json:"ref"`
	Base     *Base            `json:"base,omitempty"`
	Record   record.Record    `json:"record"`
	Evidence license.Evidence `json:"evidence"`
	Policy   license.Verdict  `json:"policy"`
	Changes  []Change         `json:"changes"`
	Message  string           `json:"message,omitempty"`
	Snapshot string           `json:"snapshot,omitempty"` // commit that holds the upstream's files alone
	Commit   string           `json:"commit,omitempty"`   // after Apply
	DryRun   bool             `json:"dryRun"`
	Notes    []string         `json:"notes,omitempty"`

	opts Options
	work *work
}

// Count gives how many files are in a state.
func (p *Plan) Count(status string) int {
	n := 0
	for _, c := range p.Changes {
		if c.Status == status {
			n++
		}
	}
	return n
}

// cleanUpstreamPath spells a path of the upstream as git does; "" is the root.
func cleanUpstreamPath(p string) string {
	var parts []string
	for part := range strings.SplitSeq(p, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}
