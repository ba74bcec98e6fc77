package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/pkg/upstream/object"
)

// The parts of an SPDX 2.3 document that are written: https://spdx.github.io/spdx-spec/v2.3/.
type document struct {
	Version       string         `json:"spdxVersion"`
	DataLicense   string         `json:"dataLicense"`
	ID            string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"`
	Creation      creation       `json:"creationInfo"`
	Packages      []spdxPackage  `json:"packages"`
	Relationships []relationship `json:"relationships"`
	Extracted     []extracted    `json:"hasExtractedLicensingInfos,omitempty"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	Name          string        `json:"name"`
	ID            string        `json:"SPDXID"`
	Version       string        `json:"versionInfo,omitempty"`
	Location      string        `json:"downloadLocation"`
	FilesAnalyzed bool          `json:"filesAnalyzed"`
	Source        string        `json:"sourceInfo,omitempty"`
	Concluded     string        `json:"licenseConcluded"`
	Declared      string        `json:"licenseDeclared"`
	Comments      string        `json:"licenseComments,omitempty"`
	Copyright     string        `json:"copyrightText"`
	Purpose       string        `json:"primaryPackagePurpose,omitempty"`
	References    []externalRef `json:"externalRefs,omitempty"`
}

type externalRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	Element string `json:"spdxElementId"`
	Related string `json:"relatedSpdxElement"`
	Type    string `json:"relationshipType"`
}

type extracted struct {
	ID   string `json:"licenseId"`
	Text string `json:"extractedText"`
	Name string `json:"name"`
}

const noAssertion = "NOASSERTION"

// SPDX writes the imports of a repository as an SPDX 2.3 document in JSON. Equal
// imports at an equal HEAD give equal bytes: its date is that of HEAD.
func SPDX(ctx context.Context, o Options, list []*Import, version string) (string, error) {
	r, err := open(ctx, o)
	if err != nil {
		return "", err
	}
	name := filepath.Base(r.Top)
	d := document{Version: "SPDX-2.3", DataLicense: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: name + "-imports",
		Creation: creation{Created: time.Unix(0, 0).UTC().Format(time.RFC3339), Creators: []string{"Tool: connkit-" + version}}, Packages: []spdxPackage{}, Relationships: []relationship{}}
	if err := r.dateOf(ctx, &d); err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, im := range list {
		if im.Gone || im.Problem != "" {
			continue
		}
		p := im.asPackage(taken)
		d.Packages = append(d.Packages, p)
		d.Relationships = append(d.Relationships, relationship{d.ID, p.ID, "DESCRIBES"})
		if err := r.extract(ctx, &d, im); err != nil {
			return "", err
		}
	}
	slices.SortFunc(d.Extracted, func(a, b extracted) int { return strings.Compare(a.ID, b.ID) })
	content, err := json.Marshal(d.Packages)
	if err != nil {
		return "", fmt.Errorf("writing the SPDX document: %w", err)
	}
	sum := sha256.Sum256(append([]byte(r.head+"\x00"+d.Creation.Creators[0]+"\x00"), content...))
	d.Namespace = "https://spdx.org/spdxdocs/" + url.PathEscape(d.Name) + "-" + hex.EncodeToString(sum[:16])
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return "", fmt.Errorf("writing the SPDX document: %w", err)
	}
	return b.String(), nil
}

// extract adds the texts of an import's licences that are none of the SPDX list.
func (r *repo) extract(ctx context.Context, d *document, im *Import) error {
	for _, id := range im.claim().IDs() {
		if !strings.HasPrefix(id, "LicenseRef-") || slices.ContainsFunc(d.Extracted, func(e extracted) bool { return e.ID == id }) {
			continue
		}
		text, err := r.textOf(ctx, im)
		if err != nil {
			return err
		}
		d.Extracted = append(d.Extracted, extracted{id, text, id})
	}
	return nil
}

func (r *repo) dateOf(ctx context.Context, d *document) error {
	if r.head == "" {
		return nil
	}
	list, err := object.Batch(ctx, r.git, r.head)
	if err != nil {
		return err
	}
	c, err := object.ParseCommit(list[0])
	d.Creation.Created = c.Committer.When.UTC().Format(time.RFC3339)
	return err
}
