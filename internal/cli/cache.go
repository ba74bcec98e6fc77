package cli

import (
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
	return &cobra.Command{
		Use:     "clean [URL...]",
		Short:   "Empty the cache",
		Long:    "Remove the upstreams from the cache, or those with the given URLs. One that an import uses is waited for.",
		Example: "  connkit cache clean\n  connkit cache clean https://github.com/big/data.git",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := a.cache()
			if err != nil {
				return err
			}
			gone := cacheInfo{info.Dir, []remote.Cached{}}
			for _, arg := range args {
				if !slices.ContainsFunc(info.Upstreams, func(c remote.Cached) bool { return c.URL == gitcmd.Redact(arg) }) {
					return fault.Usagef("cleaning the cache: %q is not in it", gitcmd.Redact(arg)).WithHint("connkit cache info lists what is")
				}
			}
			for _, c := range info.Upstreams {
				if len(args) > 0 && !slices.ContainsFunc(args, func(arg string) bool { return c.URL == gitcmd.Redact(arg) }) {
					continue
				}
				if err := remote.Clean(cmd.Context(), c); err != nil {
					return err
				}
				gone.Upstreams = append(gone.Upstreams, c)
			}
			return a.ui.Result("cache clean", gone, nil, func(p *ui.Page) {
				if len(gone.Upstreams) == 0 {
					p.Line("the cache is empty already")
				}
				for _, c := range gone.Upstreams {
					p.Headline("removed", c.URL, size(c.Bytes))
				}
			})
		},
	}
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
