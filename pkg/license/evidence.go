package license

// The rules, in the order in which they are asked. All but RulePackage are
// those that airbytehq/airbyte publishes in its LICENSE:
// https://github.com/airbytehq/airbyte/blob/master/LICENSE
const (
	RuleHeader   = "header"         // a licence stands in the file itself
	RuleBeside   = "license-beside" // a LICENSE in the same folder
	RuleMetadata = "metadata"       // metadata.yaml, in the folder or the nearest above that names a licence
	RulePackage  = "package"        // pyproject.toml, package.json and the like in the folder
	RuleParent   = "license-above"  // the nearest LICENSE, or package metadata, above
	RuleDefault  = "default"        // what the repository says holds when nothing else does
)

// Statement is what one file says about a licence.
type Statement struct {
	License Expression `json:"license"`
	Rule    string     `json:"rule"`
	Path    string     `json:"path"`
	BlobID  string     `json:"blob"`
	Says    string     `json:"says,omitempty"` // as it is written there, in one line

	coverage float64  // of a licence text
	family   []string // prefixes of ids, when the name leaves several open
	file     string   // the file, beside Path, that the statement refers to
	part     bool     // it names one of the licences that hold together, as classifiers do
}

// Evidence is the licence that holds for a path, and why.
type Evidence struct {
	License  Expression  `json:"license"`          // empty when nothing says one
	Rule     string      `json:"rule"`             // the rule that decides: one of the Rule constants
	Path     string      `json:"path"`             // the file that says it, from the upstream's root
	BlobID   string      `json:"blob"`             // object name of that file
	Coverage float64     `json:"coverage"`         // percent of the file's words that are known licence text; 100 for metadata
	Text     string      `json:"text"`             // all of the above in a line, for people and for commit trailers
	Named    *Statement  `json:"named,omitempty"`  // what the file says that a claim names as its proof; of Check
	Others   []Statement `json:"others,omitempty"` // statements that were outranked, or hold for parts of the path
	Doubts   []string    `json:"doubts,omitempty"` // why a person has to look; with any, nothing is proven
	Notes    []string    `json:"notes,omitempty"`  // what is good to know
	Carry    []Blob      `json:"carry,omitempty"`  // licence texts and notices that must go where the code goes
}

// Proven tells whether the evidence names a licence and leaves no doubt.
func (e Evidence) Proven() bool { return !e.License.IsZero() && len(e.Doubts) == 0 }

// Changed tells what to say when the licence of a path is not what it was:
// "changed MIT → Elastic-2.0"; "" when both are the same.
func Changed(old, now Expression) string {
	if old.Equal(now) {
		return ""
	}
	return "changed " + orNone(old) + " → " + orNone(now)
}

func orNone(x Expression) string {
	if x.IsZero() {
		return "no licence"
	}
	return x.String()
}
