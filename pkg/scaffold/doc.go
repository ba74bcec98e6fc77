// Package scaffold makes new connectors from templates.
//
// [New] reads a template and the answers to its questions and renders every
// file in memory; the [Plan] it gives knows all that would be written.
// [Plan.Apply] writes it, whole or not at all. What a template is stands in
// docs/templates.md; start reading at [New].
package scaffold
