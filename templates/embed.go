// Package templates holds the connector templates that connkit carries, one
// folder a template, and shared/ with what several of them hold in common.
// The shape of a template stands in docs/templates.md; pkg/scaffold reads it.
package templates

import "embed"

// FS holds each template in a folder of its name.
//
//go:embed all:airbyte all:derive all:go all:materialize all:python all:shared all:singer
var FS embed.FS

// Dockerfiles holds what images of connectors without a Dockerfile are built
// with: dockerfiles/LANGUAGE.Dockerfile.tmpl. pkg/build fills them in.
//
//go:embed dockerfiles
var Dockerfiles embed.FS
