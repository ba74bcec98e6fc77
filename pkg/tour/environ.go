package tour

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// name and address of whoever makes the commits: the tour works for those who
// have told git nothing yet, and signs with nobody's name.
const (
	name    = "connkit tour"
	address = "tour@connkit.invalid"
)

// proc gives a command of the tour. It sees nothing of the user's settings and
// keys: not those of git, connkit and sops, and it leaves nothing in their
// caches. What talks to a container engine sees how the user reaches it.
func (st *stage) proc(argv []string, engine bool) proc.Cmd {
	env := []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=" + name, "GIT_AUTHOR_EMAIL=" + address, "GIT_COMMITTER_NAME=" + name, "GIT_COMMITTER_EMAIL=" + address,
		"SOPS_AGE_KEY_FILE=" + st.keyFile(), "PYTHONDONTWRITEBYTECODE=1", "CONNKIT_FORCE_TTY=" + strconv.Itoa(max(0, st.o.Width-indent)),
		"GIT_PAGER=cat",
	}
	env = append(env, "XDG_CACHE_HOME="+filepath.Join(st.scratch, "cache"))
	if !engine {
		env = append(env, "XDG_CONFIG_HOME="+filepath.Join(st.scratch, "config"))
	}
	if engine && st.engine != nil && st.o.UseEngine == "" {
		env = append(env, "CONNKIT_BUILD_ENGINE="+st.engine.Kind) // that the tour has found
	}
	if st.o.Colour {
		env = append(env, "CLICOLOR_FORCE=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=color.ui", "GIT_CONFIG_VALUE_0=always")
	}
	return proc.Cmd{Argv: argv, Dir: st.monorepo, Env: env, Unset: foreign(st.o.Environ, engine), Merged: true}
}

// indent is how far the output of a command stands from the left.
const indent = 2

// foreign lists the variables that speak to git, sops and connkit.
func foreign(environ []string, engine bool) []string {
	var list []string
	for _, kv := range environ {
		key, _, _ := strings.Cut(kv, "=")
		speaks := slices.ContainsFunc([]string{"GIT_", "SOPS_", "CONNKIT_"}, func(p string) bool { return strings.HasPrefix(key, p) })
		if mine := engine && strings.HasPrefix(key, "CONNKIT_BUILD_"); speaks && !mine {
			list = append(list, key)
		}
	}
	return append(list, "VIRTUAL_ENV")
}
