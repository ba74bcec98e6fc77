// Package remote is an upstream repository: what its address means, what its
// refs are, and the files of one commit, fetched bit by bit as they are needed.
//
// [Find] reads an address, [Open] gives a [Quarantine], a bare repository in
// the user's cache into which everything is fetched so that the monorepo
// stays as it is, [Quarantine.Resolve] finds a commit and [Quarantine.At] its files.
package remote
