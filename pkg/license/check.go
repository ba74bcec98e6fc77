package license

import (
	"context"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// Check reads the file that a claim names as its proof and works out the
// effective licence of a path; both must agree with the claim. What does not
// agree and what is in doubt is one [fault.Blocked] error that names both sides;
// the evidence comes with it, its Doubts hold the same. A proof that is not
// there, is a folder, binary or empty is a [fault.Usage] error.
func Check(ctx context.Context, t Tree, path string, claim Expression, licensePath string) (Evidence, error) {
	return new(Reader).Check(ctx, t, path, claim, licensePath)
}

// Check is the function [Check].
func (r *Reader) Check(ctx context.Context, t Tree, path string, claim Expression, licensePath string) (Evidence, error) {
	if claim.IsZero() {
		return Evidence{}, fault.Usagef("the licence of %q is not claimed", path)
	}
	proof, err := cleanPath(licensePath)
	if err != nil {
		return Evidence{}, err
	}
	s, err := newSurvey(ctx, t, r, path, proof)
	if err != nil {
		return Evidence{}, err
	}
	blob, err := s.proof(proof)
	if err != nil {
		return Evidence{}, err
	}
	e := s.evidence()
	named, problems := s.named(blob, claim, e)
	e.Doubts = printable(unique(append(append(e.disputes(claim), problems...), e.Doubts...)))
	e.Named = &named
	if named.Path != e.Path && !named.License.IsZero() {
		e.Text = printable([]string{e.Text + "; " + named.says() + named.known()})[0]
	}
	if len(e.Doubts) == 0 {
		return e, nil
	}
	return e, e.blocked(s.path, claim)
}

// disputes compares the effective licence with the claim.
func (e Evidence) disputes(claim Expression) []string {
	var list []string
	for _, id := range claim.IDs() {
		if strings.Contains(id, "LicenseRef-") {
			list = append(list, id+" is no licence of the SPDX list, so nothing here can confirm it")
		}
	}
	if e.License.IsZero() || e.License.Grants(claim) {
		return list
	}
	return append(list, "the claim is "+claim.String()+", but the licence is "+e.Text)
}

// blocked is the error of evidence with doubts.
func (e Evidence) blocked(path string, claim Expression) error {
	if path == "" {
		path = "."
	}
	err := fault.Blockedf("checking that %q is under %s: %s", path, claim, strings.Join(e.Doubts, "; "))
	switch {
	case e.License.IsZero():
		return err.WithHint("if a person has made sure of the licence, --accept-license REASON records it")
	case !e.License.Grants(claim):
		return err.WithHint("pass %q with %s if it may be taken under that, or --accept-license REASON if a person has made sure", e.License, printable([]string{e.Path})[0])
	default:
		return err.WithHint("read what is named; --accept-license REASON goes on and records the reason")
	}
}
