package secrets

import (
	"bytes"
	"strconv"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// load loads a plain document as sops will read it once it is sealed: with a sops
// block, which can draw comments to itself. Comments go in as numbers and come out
// as they are written; slots tells which comment of the text each of the tree is.
func (d *document) load() (sops.TreeBranch, []int, error) {
	var marks []yamltext.Splice
	for i, at := range d.comments {
		marks = append(marks, yamltext.Splice{Span: at, Text: "#" + strconv.Itoa(i)})
	}
	if !d.cutShort() {
		block, err := d.addBlock(sops.TreeBranch{{Key: sopsKey, Value: sops.TreeBranch{{Key: "version", Value: "0"}}}})
		if err != nil {
			return nil, nil, d.unfit(err)
		}
		marks = append(marks, block)
	}
	branch, err := load(d.format, yamltext.Apply(d.text, marks))
	if err != nil {
		return nil, nil, d.unfit(err)
	}
	for i, item := range branch {
		if item.Key == sopsKey {
			branch = append(branch[:i], branch[i+1:]...)
			break
		}
	}
	var slots []int
	err = eachComment(branch, func(c sops.Comment) (sops.Comment, error) {
		slot, err := strconv.Atoi(c.Value)
		if err != nil || slot < 0 || slot >= len(d.comments) {
			return c, d.unfit(errShape)
		}
		slots = append(slots, slot)
		c.Value = d.bytes(d.comments[slot])[1:]
		return c, nil
	})
	if err == nil {
		err = eachLeaf(d.root, nil, branch, branch, d.likeText)
	}
	return branch, slots, err
}

// cutShort tells that a text ends in a block scalar without a newline, whose value
// would get one if a line came behind it.
func (d *document) cutShort() bool {
	n := d.root
	for n.kind == mapping && len(n.members) > 0 || n.kind == list && len(n.items) > 0 {
		if n.kind == mapping {
			n = n.members[len(n.members)-1].value
		} else {
			n = n.items[len(n.items)-1]
		}
	}
	return n.quote == literal && !bytes.HasSuffix(d.text, []byte("\n"))
}

// likeText refuses a value that sops reads in another way than it is written.
func (d *document) likeText(l leaf) error {
	n := l.node
	if n.kind == alias {
		n = n.target
	}
	s, isText := l.before.(string)
	if n.kind == scalar && n.tag == "!!str" && (!isText || s != n.value) {
		return d.at(l.node, fault.Usagef("sops reads the text of %s in another way than it is written", l.place)).WithHint("quote it")
	}
	return nil
}
