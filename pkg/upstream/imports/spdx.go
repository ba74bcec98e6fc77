package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/license"
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

var notInID = pattern.Lazy(`[^A-Za-z0-9.-]+`)

func (im *Import) asPackage(taken map[string]bool) spdxPackage {
	id := "SPDXRef-Package-" + strings.Trim(notInID().ReplaceAllString(im.Dest, "-"), "-")
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("SPDXRef-Package-%s-%d", strings.Trim(notInID().ReplaceAllString(im.Dest, "-"), "-"), n)
	}
	taken[id] = true
	declared := noAssertion
	if x := im.claim(); !x.IsZero() {
		declared = x.String()
	}
	p := spdxPackage{Name: im.Dest, ID: id, Version: im.Commit, Location: im.location(), Declared: declared, Concluded: declared, Copyright: noAssertion, Purpose: "SOURCE"}
	if im.Script || im.Accepted != "" {
		p.Concluded = noAssertion // nobody proved it, or somebody decided against what was found
	}
	p.Source = fmt.Sprintf("imported from %s of %s; recorded in %s", im.Label(), im.Repository, im.Found)
	p.Comments = im.License.Evidence
	if im.Accepted != "" {
		p.Comments = strings.TrimPrefix(p.Comments+"; accepted: "+im.Accepted, "; ")
	}
	if purl := im.purl(); purl != "" {
		p.References = []externalRef{{"PACKAGE-MANAGER", "purl", purl}}
	}
	return p
}

// location gives the place as SPDX wants it: <vcs>+<transport>://<host>/<path>@<commit>#<sub path>.
func (im *Import) location() string {
	raw := im.Repository
	if raw == "" {
		return noAssertion
	}
	switch scheme, rest, ok := strings.Cut(raw, "://"); {
	case ok:
		raw = scheme + "://" + escape(rest)
	case strings.HasPrefix(raw, "/"):
		raw = "file://" + escape(raw)
	default:
		host, rest, short := strings.Cut(raw, ":")
		if !short {
			return noAssertion
		}
		raw = "ssh://" + host + "/" + escape(strings.TrimPrefix(rest, "/"))
	}
	raw = "git+" + raw + "@" + im.Commit
	if im.Path != "" {
		raw += "#" + escape(im.Path)
	}
	return raw
}

func escape(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		plain, err := url.PathUnescape(parts[i])
		if err != nil {
			plain = parts[i]
		}
		parts[i] = strings.ReplaceAll(url.PathEscape(plain), "%3A", ":")
	}
	return strings.Join(parts, "/")
}

var githubForm = pattern.Lazy(`^(?:https://github\.com/|ssh://git@github\.com/|git@github\.com:)([^/]+)/([^/]+?)(?:\.git)?/?$`)

// purl gives the package URL of what lies on GitHub: https://github.com/package-url/purl-spec.
func (im *Import) purl() string {
	m := githubForm().FindStringSubmatch(im.Repository)
	if m == nil {
		return ""
	}
	purl := "pkg:github/" + strings.ToLower(m[1]+"/"+m[2]) + "@" + im.Commit
	if im.Path != "" {
		purl += "#" + escape(im.Path)
	}
	return purl
}

// textOf gives the text of an import's licence as it lies in HEAD.
func (r *repo) textOf(ctx context.Context, im *Import) (string, error) {
	texts, err := r.licenceTexts(ctx, im)
	if err != nil {
		return noAssertion, err
	}
	for _, t := range texts {
		if !strings.HasPrefix(strings.ToUpper(path.Base(t.path)), "NOTICE") {
			return clean(t.text), nil
		}
	}
	return noAssertion, nil
}

// licenceText is a licence or a notice that came with an import.
type licenceText struct {
	path string // in the monorepo
	text string
}

// licenceTexts reads the texts that lie beside an import and in it.
func (r *repo) licenceTexts(ctx context.Context, im *Import) ([]licenceText, error) {
	dir := im.Dest
	if im.Single {
		dir = path.Dir(im.Dest)
	}
	out, err := r.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-tree", "-r", "-z", "--name-only", "--full-tree", r.head, "--", dir+"/")
	if err != nil {
		return nil, fmt.Errorf("looking for licence texts: %w", err)
	}
	carried := map[string]bool{}
	for _, c := range im.Carried {
		carried[path.Join(dir, c.File)] = true
	}
	proof, inside := strings.CutPrefix(im.License.Path, im.Path+"/")
	var files, revs []string
	for p := range strings.SplitSeq(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00") {
		named := inside && p == path.Join(im.Dest, proof) && !license.Speaks(path.Base(p))
		holds := !im.Single && (named || license.HoldsText(path.Base(p)))
		if p == "" || !carried[p] && !holds {
			continue
		}
		files, revs = append(files, p), append(revs, r.head+":"+p)
	}
	list, err := object.Batch(ctx, r.git, revs...)
	if err != nil {
		return nil, err
	}
	var texts []licenceText
	for i, o := range list {
		if o.Kind == object.Blob {
			texts = append(texts, licenceText{files[i], string(o.Data)})
		}
	}
	slices.SortStableFunc(texts, func(a, b licenceText) int {
		if carried[a.path] != carried[b.path] {
			if carried[a.path] {
				return -1
			}
			return 1
		}
		return strings.Compare(a.path, b.path)
	})
	return texts, nil
}
