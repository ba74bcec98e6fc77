// Package recipe makes the Dockerfile of a connector that has none: the
// templates are those of templates/dockerfiles, what is filled in comes from the
// connector's build files and imports.
//
// Start reading at [For]; python.go and golang.go look at connectors of their
// language, imports.go follows the imports of Go packages.
package recipe
