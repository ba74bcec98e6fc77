// Package yamltext edits YAML that people wrote: positions come from the
// parser, bytes from the file, and only the bytes that must change do.
//
// [Parse] reads a text, [Doc.Span] finds the bytes of a node, [Doc.Seq] finds
// those of a list's items and makes the splices that insert or remove one,
// [Apply] carries splices out. What cannot be done safely is an error; callers
// parse the result again and compare it with [Equal] before they write it.
package yamltext
