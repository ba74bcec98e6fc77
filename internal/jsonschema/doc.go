// Package jsonschema reads JSON into a tree that is used again for each
// document, and checks such trees against JSON Schema, drafts 4 to 2020-12, by
// the rules of Flow.
//
// [Doc.Parse] reads a document, [Compile] a schema, [Schema.Validate] tells
// what is wrong. docs/adr/20261125-json-schema-of-our-own.md tells why it is not a library.
package jsonschema
