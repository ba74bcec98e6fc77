// Package imports looks after what was imported: which imports there are, how
// they stand against their upstreams, what was changed here, and whether their
// records are true. It writes nothing to the monorepo.
//
// [List] finds the imports and [Status], [Diff] and [Verify] look at them;
// [SPDX], [CSV] and [Notice] write them down for others. Start reading at [Import].
package imports
