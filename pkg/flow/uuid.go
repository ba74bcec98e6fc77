package flow

import (
	"fmt"
	"strconv"
)

// UUIDPlaceholder stands at UUIDPointer in captured documents until Flow
// writes them (flow: crates/proto-flow).
const (
	UUIDPlaceholder = "DocUUIDPlaceholder-329Bb50aa48EAa9ef"
	UUIDPointer     = "/_meta/uuid"
)

// Clock gives documents of a fixture the identifiers that flowctl gives them:
// one producer, and a time that begins at the second second of 1970.
type Clock struct{ ticks uint64 }

const (
	producer  = 0x071353030311
	gregorian = 0x01b21dd213814000 // 100 ns steps from 1582 to 1970
	firstTick = (gregorian + 10_000_000) << 4
)

// UUID is an identifier in its two forms.
type UUID struct {
	Text  string
	Node  string // decimal, as messages spell it
	Clock string
}

// Next gives the next identifier.
func (c *Clock) Next() UUID {
	c.ticks++
	clock := firstTick + c.ticks
	stamp, sequence := clock>>4, clock&0xf
	return UUID{
		Text: fmt.Sprintf("%08x-%04x-1%03x-%04x-%012x",
			uint32(stamp), uint16(stamp>>32), stamp>>48&0xfff, 0x8000|sequence<<10, uint64(producer)), //nolint:gosec // cut on purpose
		Node:  strconv.FormatUint(producer<<16, 10),
		Clock: strconv.FormatUint(clock, 10),
	}
}
