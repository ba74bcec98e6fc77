package license

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// Policy says which licences may be taken in: lists of SPDX ids, also WITH an
// exception, of LicenseRef-… and of categories. An id goes before a category,
// and of two lists that both name a licence the stricter one holds. What no
// list names is allowed when it is permissive, denied when it is
// source-available, and otherwise asked about.
type Policy struct {
	Allow []string `json:"allow" yaml:"allow"`
	Ask   []string `json:"ask" yaml:"ask"`
	Deny  []string `json:"deny" yaml:"deny"`
}

// What a policy says, from kind to strict.
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
	Rule     string `json:"rule"`     // the entry that decides: "deny: Elastic-2.0", "default: copyleft"
}

// String spells the verdict: "Elastic-2.0 is source-available: deny by default".
func (v Verdict) String() string {
	return v.License + " is " + v.Category + ": " + v.Decision + " by " + v.Rule
}

// CheckEntry tells what is wrong with an entry of a policy's list; the hint has what was probably meant.
func CheckEntry(entry string) error {
	if slices.Contains(allCategories(), entry) {
		return nil
	}
	x, err := Parse(entry)
	if err == nil && x.root.op == "" {
		return nil
	}
	e := fault.Usagef("%q is neither an SPDX id nor a category (%s)", entry, strings.Join(allCategories(), ", "))
	if near := fault.Nearest(strings.ToLower(entry), allCategories()); near != "" {
		return e.WithHint("did you mean %s", near)
	}
	if near := nearest(entry); near != "" {
		return e.WithHint("did you mean %s", near)
	}
	return e
}

// Judge gives the verdict on an expression: of its choices the kindest, and of
// licences that hold together the strictest. An empty expression is unknown.
func (p Policy) Judge(x Expression) Verdict {
	if x.root == nil {
		v := p.category(Unknown)
		v.License, v.Category = "no licence", Unknown
		return v
	}
	return p.judge(x.root)
}

func (p Policy) judge(n *node) Verdict {
	if n.op == "" {
		return p.license(n)
	}
	best := p.judge(n.parts[0])
	for _, part := range n.parts[1:] {
		v := p.judge(part)
		if stricter := severity(v.Decision) > severity(best.Decision); stricter == (n.op == "AND") && v.Decision != best.Decision {
			best = v
		}
	}
	return best
}

func severity(decision string) int { return slices.Index([]string{Allow, Ask, Deny}, decision) }

// license asks the lists for the licence with its exception, then without, then for its category.
func (p Policy) license(n *node) Verdict {
	category := categoryOf(n.id)
	bare := &node{id: n.id, plus: n.plus}
	for _, it := range []*node{n, bare} {
		for _, l := range p.lists() {
			for _, entry := range l.entries {
				x, err := parse(entry)
				if err == nil && x.root.op == "" && x.root.atom().agrees(it.atom()) {
					return Verdict{l.decision, n.text(""), category, l.decision + ": " + entry}
				}
			}
		}
	}
	v := p.category(category)
	v.License, v.Category = n.text(""), category
	return v
}

type policyList struct {
	decision string
	entries  []string
}

// lists gives the lists from strict to kind.
func (p Policy) lists() []policyList {
	return []policyList{{Deny, p.Deny}, {Ask, p.Ask}, {Allow, p.Allow}}
}

func (p Policy) category(category string) Verdict {
	for _, l := range p.lists() {
		if slices.Contains(l.entries, category) {
			return Verdict{Decision: l.decision, Rule: l.decision + ": " + category}
		}
	}
	v := Verdict{Decision: Ask, Rule: "default: " + category}
	switch category {
	case Permissive:
		v.Decision = Allow
	case SourceAvailable:
		v.Decision = Deny
	}
	return v
}
