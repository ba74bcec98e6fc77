package license

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// said is what one field of a metadata file says.
type said struct {
	meaning
	text string // as it is written, one line
	file string // the file it refers to, beside the metadata
	part bool   // it is one of several, as classifiers are, and files that go along with a package
}

// metadataReaders read what a metadata file, known by its name, says about the
// licence of what lies beside it: nothing, one thing, or several that need not
// agree. A field that says it in words which no licence is known by says
// something without one.
//
//	metadata.yaml    data.license, license (https://docs.airbyte.com/platform/connector-development/connector-metadata-file)
//	pyproject.toml   project.license, project.license-files, classifiers, tool.poetry.license
//	package.json     license, licenses
//	setup.cfg        metadata: license, license_files, classifiers
//	setup.py         license=…, license_files=…, classifiers, as far as they are written out
//	Cargo.toml       package.license, package.license-file
var metadataReaders = map[string]func([]byte) ([]said, error){
	"metadata.yaml":  fromConnectorMetadata,
	"metadata.yml":   fromConnectorMetadata,
	"pyproject.toml": fromPyproject,
	"package.json":   fromPackageJSON,
	"setup.cfg":      fromSetupCfg,
	"setup.py":       fromSetupPy,
	"Cargo.toml":     fromCargo,
}

// packageFiles are those that describe a package, in the order in which they are asked.
var packageFiles = []string{"pyproject.toml", "setup.cfg", "setup.py", "package.json", "Cargo.toml"}

// connectorMetadata are the names of a connector's metadata file.
var connectorMetadata = []string{"metadata.yaml", "metadata.yml"}

func isMetadata(file string) bool { return metadataReaders[path.Base(file)] != nil }

// readMetadata reads one of them. What cannot be read is a [fault.Usage] error with the file.
func readMetadata(file string, text []byte) (all []said, err error) {
	read := metadataReaders[path.Base(file)]
	if read == nil {
		return nil, nil
	}
	defer func() { // a parser that panics on odd bytes must not end the program
		if r := recover(); r != nil {
			err = fault.Usagef("it cannot be read: %v", r).At(file, 0, 0)
		}
	}()
	all, err = read(plain(text))
	if err != nil {
		return nil, fault.Usagef("%w", err).At(file, 0, 0)
	}
	return all, nil
}

// saying makes what a field says out of its text.
func saying(text string) said {
	return said{meaning: understand(text), text: oneLine(text)}
}

// pointing makes what a field says that refers to a file.
func pointing(text, file string) said { return said{text: oneLine(text), file: file} }

// among marks what is one of several.
func (s said) among() said {
	s.part = true
	return s
}

// oneLine gives the beginning of a text for a message.
func oneLine(text string) string {
	s := printable([]string{strings.Join(strings.Fields(text), " ")})[0]
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

func fromConnectorMetadata(text []byte) ([]said, error) {
	var doc struct {
		License yaml.Node
		Data    struct{ License yaml.Node }
	}
	var shape *yaml.TypeError // a metadata.yaml of something else
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &shape) {
		return nil, err
	}
	var list []said
	for _, n := range []yaml.Node{doc.Data.License, doc.License} {
		if n.Kind == yaml.AliasNode {
			n = *n.Alias
		}
		switch {
		case n.Kind == yaml.MappingNode, n.Kind == yaml.SequenceNode:
			list = append(list, said{text: "license, which is no text"})
		case n.Kind == yaml.ScalarNode && n.Tag != "!!null" && strings.TrimSpace(n.Value) != "":
			list = append(list, saying(n.Value))
		}
	}
	return list, nil
}
