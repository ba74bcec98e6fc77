// Package upstream brings open source into the monorepo, with the licence
// proven at the very commit, and merges what upstream changed at later pulls.
//
// [Pull] plans an import and writes nothing to the repository, [Plan.Apply]
// makes the commit, [Continue] and [Abort] end an import that a conflict, a
// hook or a crash left open. pkg/upstream/record has what is recorded,
// pkg/upstream/remote how the upstream is reached.
package upstream
