package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
)

// version is set by the release build; a build by go install takes it from the build info.
var version string

type versionResult struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"` // of the commit, RFC 3339
	Modified bool   `json:"modified"`       // the work tree had changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version, the commit that it was built from, and for which platform.",
		Example: "  connkit version --output json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := buildVersion()
			return a.ui.Result("version", v, nil, func(p *ui.Page) {
				p.Line("connkit " + v.Version)
				p.Facts(ui.Fact{Label: "commit", Value: v.Commit}, ui.Fact{Label: "date", Value: v.Date},
					ui.Fact{Label: "go", Value: v.Go}, ui.Fact{Label: "platform", Value: v.Platform})
			})
		},
	}
}

func buildVersion() versionResult {
	v := versionResult{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	if version != "" {
		v.Version = version
	}
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Date = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
