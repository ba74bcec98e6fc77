package cli

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/run"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/workspace"
)

// ciArgs looks up the build args of the CI matrix.
func (a *app) ciArgs(set *workspace.Settings) func(string) (build.CIArgs, error) {
	var all []workspace.Connector
	return func(connector string) (build.CIArgs, error) {
		if all == nil {
			var err error
			if all, err = a.ws.Folders(set); err != nil {
				return build.CIArgs{}, err
			}
		}
		found, err := ci.ArgsOf(a.ws, all, connector, ciTarget(set))
		return build.CIArgs{Args: found.Args, Notes: found.Notes}, err
	}
}

// depthOfRecords is how deep in a connector an import may lie.
const depthOfRecords = 3

// recordedLicences gives the licences of what was imported into a folder, from
// the records of the imports, each once.
func recordedLicences(dir string) []string {
	found := map[string]bool{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // what cannot be read holds no record
		rel, _ := filepath.Rel(dir, path)
		if err != nil || d.IsDir() && (strings.Count(rel, string(filepath.Separator)) >= depthOfRecords || strings.HasPrefix(d.Name(), ".") && rel != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(d.Name(), "UPSTREAM.yaml") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // no record
		}
		imported, err := record.FromYAML(text, rel, filepath.Dir(rel))
		if err != nil || imported.License.ID == "" {
			return nil //nolint:nilerr // no record
		}
		id := imported.License.ID
		if strings.Contains(id, " OR ") {
			id = "(" + id + ")"
		}
		found[id] = true
		return nil
	})
	return slices.Sorted(maps.Keys(found))
}

// probe asks the connector in an image for its spec, as connkit run spec --image
// does; its log is shown when it fails.
func (a *app) probe(set *workspace.Settings) func(context.Context, build.Result) error {
	return func(ctx context.Context, r build.Result) error {
		program := r.Engine.Program
		if r.Engine.Name == engine.Buildah {
			if _, err := proc.Look(engine.Podman); err != nil {
				return fault.Environmentf("buildah runs no images, and podman, which has the same ones, is not in PATH").
					WithHint("install podman, or --no-probe")
			}
			program = engine.Podman
		}
		dir, err := os.MkdirTemp("", "connkit-probe-*")
		if err != nil {
			return fmt.Errorf("creating a temporary folder: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // the system cleans its temp folder
		catalog := filepath.Join(dir, "flow.yaml")
		if err := os.WriteFile(catalog, probeCatalog(r), 0o600); err != nil {
			return fmt.Errorf("writing the catalog of the probe: %w", err)
		}
		_, err = run.Spec(ctx, run.Options{
			Dir: filepath.Join(a.ws.Root, r.Connector), Root: a.ws.Root, Source: catalog,
			Image: r.Image, Engine: program, Timeout: set.Run.Timeout,
		})
		return err
	}
}

// probeCatalog is a catalog of nothing but the image, so that it does not
// matter what the connector's own says.
func probeCatalog(r build.Result) []byte {
	section := map[string]string{"capture": "captures", "materialize": "materializations"}[r.Args["CONNECTOR_TYPE"]]
	endpoint := map[string]any{"connector": map[string]any{"image": r.Image, "config": map[string]any{}}}
	var doc any = map[string]any{section: map[string]any{"connkit/probe": map[string]any{"endpoint": endpoint, "bindings": []any{}}}}
	if section == "" {
		doc = map[string]any{"collections": map[string]any{"connkit/probe": map[string]any{
			"key": []string{"/id"}, "schema": map[string]any{"type": "object"},
			"derive": map[string]any{"using": endpoint, "transforms": []any{}},
		}}}
	}
	text, err := yaml.Marshal(doc)
	if err != nil {
		panic(err) // maps and strings of our own always encode
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
