package secrets

import (
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// pointed is what a JSON pointer names in a document.
type pointed struct {
	pointer string
	name    string // its last part
	parent  *node
	at      int   // of the member or item in its parent, or -1
	node    *node // nil when it is not there
	holder  *pointed
}

// find follows a JSON pointer (RFC 6901). All but its last part must be there.
func (d *document) find(pointer string) (*pointed, error) {
	parts, err := splitPointer(pointer)
	if err != nil {
		return nil, err
	}
	p := &pointed{node: d.root, at: -1}
	for i, part := range parts {
		if p.node == nil || p.node.kind == scalar || p.node.kind == alias {
			return nil, fault.Usagef("there is no map or list at %q", p.pointer).At(d.file, 0, 0).
				WithHint("it has %s", strings.Join(d.places(parts[:max(i-1, 0)]), ", "))
		}
		if p, err = p.step(part); err != nil {
			return nil, fault.Usagef("%w", err).At(d.file, 0, 0)
		}
	}
	return p, nil
}

// step goes one part down.
func (p *pointed) step(part string) (*pointed, error) {
	next := &pointed{pointer: p.pointer + "/" + escaper.Replace(part), name: part, parent: p.node, at: -1, holder: p}
	if p.node.kind == mapping {
		if at, found := p.node.member(part); found {
			next.at, next.node = at, p.node.members[at].value
		}
		return next, nil
	}
	if end := strconv.Itoa(len(p.node.items)); part == "-" || part == end {
		next.pointer, next.name = p.pointer+"/"+end, end
		return next, nil
	}
	i, err := strconv.Atoi(part)
	if err != nil || i < 0 || i >= len(p.node.items) || part != strconv.Itoa(i) {
		return nil, fault.Usagef("the list at %q has %d items, and %q is none of them", p.pointer, len(p.node.items), part).WithHint("%s/- adds one", p.pointer)
	}
	next.at, next.node = i, p.node.items[i]
	return next, nil
}

// places lists the pointers to what a map or list holds.
func (d *document) places(parts []string) []string {
	n, at := d.root, ""
	for _, part := range parts {
		i, found := n.member(part)
		if !found || n.members[i].value.kind != mapping {
			break
		}
		n, at = n.members[i].value, at+"/"+escaper.Replace(part)
	}
	var list []string
	for _, m := range n.members {
		list = append(list, at+"/"+escaper.Replace(m.key.value))
	}
	return list
}

func splitPointer(pointer string) ([]string, error) {
	if !strings.HasPrefix(pointer, "/") {
		return nil, fault.Usagef("reading the arguments: %q is no JSON pointer", pointer).WithHint("it begins with a slash: /%s", strings.NewReplacer(".", "/").Replace(pointer))
	}
	parts := strings.Split(pointer[1:], "/")
	for i, part := range parts {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(part), "~") {
			return nil, fault.Usagef("reading the arguments: %q is no JSON pointer", pointer).WithHint("a ~ in a key is written ~0, and a slash ~1")
		}
		parts[i] = unescaper.Replace(part)
	}
	return parts, nil
}
