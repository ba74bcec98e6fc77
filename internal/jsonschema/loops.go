package jsonschema

// loops tells whether there are schemas that apply to a value because they apply
// to it: by references, or by anyOf and its relatives around them.
func (c *compiler) loops() (found bool) {
	const open, closed = 1, 2
	state := map[*schema]int{}
	var visit func(s *schema)
	visit = func(s *schema) {
		if s == nil || state[s] != 0 {
			found = found || s != nil && state[s] == open
			return
		}
		state[s] = open
		for _, inner := range []*schema{s.ref, s.not, s.cond, s.then, s.orElse} {
			visit(inner)
		}
		for _, list := range [][]*schema{s.all, s.any, s.one} {
			for _, inner := range list {
				visit(inner)
			}
		}
		for _, inner := range s.depSchemas {
			visit(inner)
		}
		state[s] = closed
	}
	for _, s := range c.made {
		visit(s)
	}
	return found
}

// visit is a schema that is being followed for a value.
type visit struct {
	schema *schema
	value  Value
	what   purpose
}

// purpose is what a schema is followed for.
type purpose uint8

const (
	toCheck purpose = iota
	toCollect
	toAnnotate
)

// What is more than this is no check of a document. A schema of a hundred
// lines can ask for more steps than there are atoms.
const (
	mostDeep  = 100_000
	baseSteps = 1 << 20
	nodeSteps = 1000 // for each value of the document
)

// enter tells whether a schema is to be followed for a value: not once more
// while that is done already, and not when it has taken too long.
func (c *check) enter(s *schema, v Value, what purpose) bool {
	c.deep++
	c.steps++
	if c.deep > mostDeep || c.steps > c.most {
		c.endless = true
		c.deep--
		return false
	}
	if !c.loops {
		return true
	}
	this := visit{s, v, what}
	for i := len(c.active) - 1; i >= 0 && c.active[i].value == v; i-- {
		if c.active[i] == this {
			c.deep--
			return false
		}
	}
	c.active = append(c.active, this)
	return true
}

// leave ends what enter has begun.
func (c *check) leave() {
	c.deep--
	if c.loops {
		c.active = c.active[:len(c.active)-1]
	}
}
