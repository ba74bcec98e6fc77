// Package flow holds Flow's words: catalog files such as test.flow.yaml, the
// messages of the JSON connector protocol, connector logs, and configs with
// the _sops suffix. It starts no program; pkg/run does.
//
// [Load] reads a catalog file, [Request] and [Response] are the protocol's
// lines, [LogDecoder] reads a connector's stderr.
package flow
