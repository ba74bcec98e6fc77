// Package record is what an import leaves of where it came from: the message
// of its commit and the file UPSTREAM.yaml. docs/upstream-record.md is the
// specification of both.
//
// [Record] is the content, [Record.Message] and [Record.YAML] write it,
// [FromMessage], [FromYAML] and [Walk] read it.
package record
