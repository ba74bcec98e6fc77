package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

func newCacheCmd(a *app) *cobra.Command {
	return group(&cobra.Command{Use: "cache", Short: "See and empty the cache of upstreams"}, newCacheInfoCmd(a), newCacheCleanCmd(a))
}

type cacheInfo struct {
	Dir       string          `json:"dir"`
	Upstreams []remote.Cached `json:"upstreams"`
}

func (a *app) cache() (cacheInfo, error) {
	dir, err := upstream.CacheDir(a.getenv)
	if err != nil {
		return cacheInfo{}, err
	}
	list, err := remote.Cache(dir)
	return cacheInfo{dir, list}, err
}

func newCacheInfoCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "info",
		Short:   "List what is in the cache",
		Long:    "List the upstreams whose files are kept in the cache, so that the next pull fetches less. Nothing there is needed: it is fetched again.",
		Example: "  connkit cache info",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			info, err := a.cache()
			if err != nil {
				return err
			}
			return a.ui.Result("cache info", info, nil, func(p *ui.Page) {
				if len(info.Upstreams) == 0 {
					p.Line("the cache is empty  (" + info.Dir + ")")
					return
				}
				var rows [][]string
				for _, c := range info.Upstreams {
					rows = append(rows, []string{size(c.Bytes), c.Fetched.Format(time.DateOnly), c.URL})
				}
				p.Table([]string{"SIZE", "USED", "UPSTREAM"}, rows)
			})
		},
	}
}

func newCacheCleanCmd(a *app) *cobra.Command {
	dryRun := false
	cmd := &cobra.Command{
		Use:               "clean [URL...]",
		Short:             "Empty the cache",
		Long:              "Remove the upstreams from the cache, or those with the given URLs. One that an import uses is waited for.",
		Example:           "  connkit cache clean\n  connkit cache clean https://github.com/big/data.git --dry-run",
		ValidArgsFunction: a.completeCached,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.cleanCache(cmd.Context(), args, dryRun) },
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would be removed, remove nothing")
	return cmd
}

// cleaned is what was, or would be, removed from the cache.
type cleaned struct {
	cacheInfo
	DryRun bool `json:"dryRun"`
}

func (a *app) cleanCache(ctx context.Context, urls []string, dryRun bool) error {
	info, err := a.cache()
	if err != nil {
		return err
	}
	r := cleaned{cacheInfo{info.Dir, []remote.Cached{}}, dryRun}
	for i, url := range urls {
		urls[i] = gitcmd.Redact(url)
		if !slices.ContainsFunc(info.Upstreams, func(c remote.Cached) bool { return c.URL == urls[i] }) {
			return fault.Usagef("cleaning the cache: %q is not in it", urls[i]).WithHint("connkit cache info lists what is")
		}
	}
	verb := "would remove"
	for _, c := range info.Upstreams {
		if len(urls) > 0 && !slices.Contains(urls, c.URL) {
			continue
		}
		if !dryRun {
			verb = "removed"
			if err := remote.Clean(ctx, c); err != nil {
				return err
			}
		}
		r.Upstreams = append(r.Upstreams, c)
	}
	return a.ui.Result("cache clean", r, nil, func(p *ui.Page) {
		if len(r.Upstreams) == 0 {
			p.Line("the cache is empty already")
		}
		for _, c := range r.Upstreams {
			p.Headline(verb, c.URL, size(c.Bytes))
		}
	})
}

// completeCached completes the upstreams that are in the cache.
func (a *app) completeCached(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var urls []string
	info, _ := a.cache() // without one there is nothing to complete
	for _, c := range info.Upstreams {
		if !slices.Contains(args, c.URL) {
			urls = append(urls, c.URL)
		}
	}
	return urls, cobra.ShellCompDirectiveNoFileComp
}

// size spells a number of bytes for people.
func size(n int64) string {
	const k = 1000
	switch {
	case n < k:
		return fmt.Sprintf("%d B", n)
	case n < k*k:
		return fmt.Sprintf("%.0f kB", float64(n)/k)
	case n < k*k*k:
		return fmt.Sprintf("%.1f MB", float64(n)/(k*k))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(k*k*k))
}
