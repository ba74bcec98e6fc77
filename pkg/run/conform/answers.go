package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// verdict fails a check when something is wrong, and else says what is right.
func verdict(text string, wrong []string) Check {
	if len(wrong) > 0 {
		return Check{State: Failed, Text: wrong[0], Details: wrong[1:]}
	}
	return Check{State: Passed, Text: text}
}

func (c *conformance) checkSpec(ctx context.Context) (Check, error) {
	var err error
	if c.spec, err = run.Spec(ctx, c.o.Options); err != nil {
		return Check{}, err
	}
	c.report.Task, c.report.Kind = c.spec.Task, c.spec.Kind
	return verdict(fmt.Sprintf("protocol %d, schemas valid", flow.Protocol), c.spec.Warnings), c.snapshot("spec.json", indented(c.spec.Spec))
}

func (c *conformance) checkDiscover(ctx context.Context) (Check, error) {
	first, err := run.Discover(ctx, c.o.Options)
	if err != nil {
		return Check{}, err
	}
	second, err := run.Discover(ctx, c.o.Options)
	if err != nil {
		return Check{}, err
	}
	wrong := append(slices.Clone(first.Warnings), differences(first, second)...)
	return verdict(some(len(first.Bindings), "binding")+", the same twice", wrong), c.snapshot("discover.json", discoverText(first))
}

// differences tells in what two discoveries are not the same. Their order is free.
func differences(first, second run.DiscoverResult) []string {
	var wrong []string
	now := byName(second)
	for _, b := range first.Bindings {
		switch other, ok := now[b.RecommendedName]; {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%q was not discovered a second time", b.RecommendedName))
		case !flow.SameJSON(b.Raw, other.Raw):
			wrong = append(wrong, fmt.Sprintf("%q was discovered in another form a second time", b.RecommendedName))
		}
	}
	before := byName(first)
	for _, b := range second.Bindings {
		if _, ok := before[b.RecommendedName]; !ok {
			wrong = append(wrong, fmt.Sprintf("%q was discovered only a second time", b.RecommendedName))
		}
	}
	return wrong
}

func byName(r run.DiscoverResult) map[string]run.Binding {
	all := map[string]run.Binding{}
	for _, b := range r.Bindings {
		all[b.RecommendedName] = b
	}
	return all
}

func discoverText(r run.DiscoverResult) []byte {
	list := slices.Clone(r.Bindings)
	slices.SortFunc(list, func(a, b run.Binding) int { return strings.Compare(a.RecommendedName, b.RecommendedName) })
	raw := []json.RawMessage{}
	for _, b := range list {
		raw = append(raw, b.Raw)
	}
	text, _ := json.Marshal(raw) // raw JSON that was read
	return indented(text)
}

func indented(text json.RawMessage) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return append(text, '\n') // it was read as JSON before
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// checkKeys looks for the keys of the catalog's collections in their schemas.
func (c *conformance) checkKeys(context.Context) (Check, error) {
	wrong, n, err := run.CheckKeys(c.o.Options)
	if err != nil {
		return Check{}, err
	}
	return verdict(some(n, "collection")+", all keys in their schemas", wrong), nil
}

func (c *conformance) checkValidate(ctx context.Context) (Check, error) {
	r, err := run.Validate(ctx, c.o.Options)
	if err != nil {
		return Check{}, err
	}
	var wrong []string
	for _, w := range r.Warnings {
		if !slices.Contains(c.spec.Warnings, w) { // else told of already
			wrong = append(wrong, w)
		}
	}
	return verdict(some(len(r.Bindings), "binding"), wrong), nil
}

func (c *conformance) checkSecrets(context.Context) (Check, error) {
	if len(c.leaks) > 0 {
		return Check{State: Failed, Text: "in " + some(len(c.leaks), "log line"), Details: c.leaks[:min(3, len(c.leaks))]}, nil
	}
	return Check{State: Passed, Text: "none in " + some(c.lines, "log line")}, nil
}

// some writes a number with its noun.
func some(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
