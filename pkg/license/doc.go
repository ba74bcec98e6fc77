// Package license knows licences: SPDX expressions, the texts of licences, the
// statements about them in metadata, headers and folders, which of these holds
// for a path of a tree, and what a policy says to it. It reaches no network.
//
// Start reading at [Effective], which works out the licence of a path, and
// [Check], which compares it with a claim; docs/licences.md is the specification.
package license
