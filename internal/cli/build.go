package cli

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/secrets/suspect"
	"github.com/connkit/connkit/pkg/workspace"
)

// buildFlags are what the flags of connkit build say beyond the options of its package.
type buildFlags struct {
	build.Options
	run build.RunOptions

	args, secrets                            []string
	all, print, dryRun, noProbe, use, ignore bool
	eject, force                             bool
	since, progress                          string
	edits                                    []string // files that were edited
}

func newBuildCmd(a *app) *cobra.Command {
	var b buildFlags
	cmd := &cobra.Command{
		Use:     "build NAME... [DOCKERFILE]",
		Aliases: buildScripts,
		Short:   "Build a connector's :local image",
		Long: `Build the images of connectors with the engine that is there, and ask the connector in
each for its spec.

The Dockerfile is the last argument, else the connector's own, else the one that
build.dockerfile names for its language, else connkit's template (Python and Go). The
context is the root of the repository, as .dockerignore leaves it. Build args are those
that CI gives to the connector. The image is ghcr.io/estuary/NAME:local; image.registry
and image.tag change that.`,
		Example: `  connkit build source-bigdata
  connkit build source-bigdata python/Dockerfile
  connkit build --changed-since origin/main --jobs 4
  connkit build source-bigdata --if-stale --use
  connkit build source-bigdata --build-arg BASE_IMAGE=registry.example.com/python:3.12
  connkit build source-bigdata --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt
  connkit build --all --builder cluster --print`,
		ValidArgsFunction: a.completeBuild,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if calledAs(cmd, buildScripts) {
				if args, err = a.fromBuildScript(cmd, args); err != nil {
					return err
				}
			}
			return a.build(cmd.Context(), &b, args)
		},
	}
	a.buildFlags(cmd, &b)
	return cmd
}

func (a *app) buildFlags(cmd *cobra.Command, b *buildFlags) {
	f := cmd.Flags()
	f.BoolVar(&b.all, "all", false, "every connector of the workspace")
	f.StringVar(&b.since, "changed-since", "", "connectors whose image a change since `REF` concerns")
	f.StringArrayVar(&b.args, "build-arg", nil, "`key=value` for the build; KEY alone takes the variable; repeat for more")
	f.StringArrayVar(&b.secrets, "secret", nil, "`id=NAME,src=FILE` or id=NAME,env=VARIABLE for steps that mount it; repeat for more")
	f.BoolVar(&b.run.NoCache, "no-cache", false, "run every step anew")
	f.BoolVar(&b.run.Pull, "pull", false, "look for newer base images")
	f.StringVar(&b.progress, "progress", "auto", "`kind` of progress: auto, plain (all that the engine prints), quiet")
	f.StringArrayVar(&b.run.CacheFrom, "cache-from", nil, "`cache` to take steps from, where the builder can")
	f.StringArrayVar(&b.run.CacheTo, "cache-to", nil, "`cache` to put steps into, where the builder can")
	f.IntVarP(&b.run.Jobs, "jobs", "j", 0, "`number` of images that are built at a time; 0 is one a processor, at most four")
	f.BoolVar(&b.run.IfStale, "if-stale", false, "do nothing for images that are made of what is there now")
	f.BoolVar(&b.noProbe, "no-probe", false, "do not ask the connector in the image for its spec")
	f.BoolVar(&b.use, "use", false, "point test.flow.yaml at the image")
	f.BoolVar(&b.ignore, "dockerignore", false, "add the lines that .dockerignore lacks")
	f.BoolVar(&b.eject, "eject", false, "write the template's Dockerfile into the connector, build nothing")
	f.BoolVar(&b.force, "force", false, "with --eject, in the place of a Dockerfile that is there")
	f.BoolVar(&b.print, "print", false, "print the file for docker buildx bake, build nothing")
	f.BoolVarP(&b.dryRun, "dry-run", "n", false, "print the commands, run nothing")
	f.String("platform", "", "`platform` of the image, such as linux/amd64")
	f.String("builder", "", "`builder` of docker buildx, such as one on Kubernetes")
	f.String("timeout", "", "`duration` that the connector may take to answer, such as 90s or 5m")
	for flag, setting := range map[string]string{"platform": "build.platform", "builder": "build.builder", "timeout": "run.timeout"} {
		a.bind(cmd, flag, setting)
	}
	a.imageFlags(cmd)
	a.engineFlags(cmd)
	offer(cmd, "progress", progressKinds...)
	offerBy(cmd, "changed-since", a.completeRefs)
}

// mostJobs is how many images are built at a time when nobody says: an engine
// itself works on many steps at once.
const mostJobs = 4

var progressKinds = []string{"auto", "plain", "quiet"}

func (a *app) build(ctx context.Context, b *buildFlags, args []string) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	if err := a.fillBuild(b, set, args); err != nil {
		return err
	}
	if b.eject {
		return a.eject(ctx, b, set)
	}
	var found <-chan foundEngine
	if !b.print {
		found = a.lookForEngine(ctx, set)
	}
	plan, err := a.planBuild(ctx, b)
	if err != nil {
		return err
	}
	if len(plan.Targets) == 0 {
		return a.ui.Result("build", buildResult{Images: []build.Result{}}, nil, func(p *ui.Page) { p.Line("nothing to build") })
	}
	if b.print {
		return a.printBake(plan, b, set)
	}
	f := <-found
	if f.err != nil {
		return f.err
	}
	b.run.Engine, b.run.Builder = f.engine, set.Build.Builder
	b.run.Bake = b.run.Engine.Builder == engine.Buildx && b.run.Builder != "" && len(plan.Targets) > 1
	if b.dryRun {
		return a.showCommands(plan, b)
	}
	return a.runBuild(ctx, plan, b, set)
}

// planBuild plans what is to be built; a .dockerignore that is edited on the way
// is read again.
func (a *app) planBuild(ctx context.Context, b *buildFlags) (*build.Plan, error) {
	plan, err := build.NewPlan(ctx, b.Options)
	if err != nil {
		return nil, err
	}
	if b.ignore && !b.dryRun && !b.print {
		edit, err := a.addIgnores(plan.Targets)
		if err != nil {
			return nil, err
		}
		if edit.changed() {
			if err := writeEdits(edit); err != nil {
				return nil, err
			}
			b.edits = append(b.edits, a.relative(edit.path))
			if plan, err = build.NewPlan(ctx, b.Options); err != nil {
				return nil, err
			}
		}
	}
	if b.since == "" {
		return plan, nil
	}
	return plan, plan.ChangedSince(ctx, b.since)
}

// fillBuild takes what the flags left open from the arguments and the settings.
func (a *app) fillBuild(b *buildFlags, set *workspace.Settings, args []string) error {
	var err error
	if b.Connectors, b.Dockerfile, err = a.buildArguments(b, set, args); err != nil {
		return err
	}
	if !slices.Contains(progressKinds, b.progress) {
		return fault.Usagef("reading the flags: --progress %q is none of %s", b.progress, strings.Join(progressKinds, ", "))
	}
	if b.run.Jobs < 0 {
		return fault.Usagef("reading the flags: --jobs %d is less than none", b.run.Jobs)
	}
	if b.run.Jobs == 0 {
		b.run.Jobs = min(mostJobs, runtime.NumCPU())
	}
	a.imageOptions(&b.Options, set)
	if b.Args, err = a.buildArgs(b.args); err != nil {
		return err
	}
	b.Secrets, err = a.buildSecrets(set, b.secrets)
	return err
}

// imageOptions are those that building and comparing images have in common.
func (a *app) imageOptions(o *build.Options, set *workspace.Settings) {
	o.Root, o.Registry, o.Tag, o.Platform = a.ws.Root, set.Image.Registry, set.Image.Tag, set.Build.Platform
	o.CI, o.Licences, o.Secret, o.Now = a.ciArgs(set), recordedLicences, suspect.LooksLike, time.Now()
	o.Language = map[string]string{}
	for _, d := range set.Build.Dockerfile {
		o.Language[d.Language] = d.File
	}
}
