// Package history asks what was when in an upstream: since when a path is under
// another licence, and how many commits have changed it.
//
// [Read] reads the commits, [Log.LastLicensed] and [Log.Behind] answer.
// Commits and trees are at hand; of files only those that can say something
// about the licence are fetched. docs/upstream.md says what the answers mean.
package history
