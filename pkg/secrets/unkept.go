package secrets

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// warn notes a value that sops signs as one thing and Flow, which has sops read
// JSON, as another: a date, or a number in a spelling of YAML 1.1.
func (c *checker) warn(n *node, place *pointer) {
	var what string
	switch {
	case n.tag == "!!timestamp":
		what = "a date"
	case n.tag == "!!int" && oldNumber().MatchString(n.value):
		what = "a number"
	default:
		return
	}
	c.notes = append(c.notes, fmt.Sprintf("line %d: the value of %s is %s to sops and a text to Flow, for which the signature will not hold: quote it", n.line, place, what))
}

var oldNumber = pattern.Lazy(`_|^[-+]?0[0-9]+$`)

// tooLong tells that an integer is beyond 64 bits.
func tooLong(n *node) bool {
	_, err := strconv.ParseInt(strings.ReplaceAll(n.value, "_", ""), 0, 64)
	return err != nil && strings.HasSuffix(err.Error(), strconv.ErrRange.Error())
}

// checkKept refuses a value that would not come back from sops as it is written.
func (d *document) checkKept(n *node, place *pointer) error {
	if n.kind == alias {
		n = n.target
	}
	reason := ""
	switch n.tag {
	case "!!int":
		if v, err := strconv.Atoi(n.value); err != nil || strconv.Itoa(v) != n.value {
			reason = "is a number that sops would write in another way"
		}
	case "!!float":
		v, err := strconv.ParseFloat(n.value, 64)
		if err != nil || strconv.FormatFloat(v, 'f', -1, 64) != n.value || !strings.Contains(n.value, ".") {
			reason = "is a number that sops would write in another way"
		}
	case "!!timestamp":
		reason = "is a date to sops, which would write it in another way"
	}
	if reason == "" {
		return nil
	}
	return d.at(n, fault.Usagef("the value of %s %s", place, reason)).WithHint("quote it")
}
