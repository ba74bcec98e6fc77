package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"github.com/connkit/connkit/internal/fault"
)

// Value is one setting as it holds, and where it comes from.
type Value struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Origin string `json:"origin"` // flag, a variable's name, file:line, or "default"
}

// Text spells the value in one line.
func (v Value) Text() string {
	switch x := v.Value.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(x, ", ")
	case []map[string]string:
		var parts []string
		for _, m := range x {
			var fields []string
			for _, k := range slices.Sorted(maps.Keys(m)) {
				fields = append(fields, k+": "+m[k])
			}
			parts = append(parts, "{"+strings.Join(fields, ", ")+"}")
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if list, ok := x[k].([]string); ok {
				parts = append(parts, k+": "+strings.Join(list, ", "))
			}
		}
		return strings.Join(parts, "; ")
	default:
		return fmt.Sprint(x)
	}
}

// Settings reads the settings: environ is the process's environment, flags are
// the values of flags by setting, both as they are given to this run.
//
// A wrong file is a [fault.Usage] error with file, line and column.
func (w *Workspace) Settings(environ []string, flags map[string]string) (*Settings, error) {
	env := envMap(environ)
	v := viper.New()
	origins := map[string]string{}
	for _, s := range settingsTable() {
		v.SetDefault(s.key, s.def)
		origins[s.key] = "default"
	}
	for _, file := range []string{userFile(env), filepath.Join(w.Root, FileName)} {
		if err := mergeFile(v, file, w.display(file), origins); err != nil {
			return nil, err
		}
	}
	if err := mergeTexts(v, env, flags, origins); err != nil {
		return nil, err
	}
	var set Settings
	if err := v.Unmarshal(&set, func(c *mapstructure.DecoderConfig) { c.WeaklyTypedInput = false }); err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	for _, s := range settingsTable() {
		set.values = append(set.values, Value{Key: s.key, Value: v.Get(s.key), Origin: origins[s.key]})
	}
	return &set, nil
}

// Explain lists every setting with its value and origin, in the table's order.
func (s *Settings) Explain() []Value { return slices.Clone(s.values) }

// IsDefault reports whether nobody has set a setting.
func (s *Settings) IsDefault(key string) bool {
	return slices.ContainsFunc(s.values, func(v Value) bool { return v.Key == key && v.Origin == "default" })
}

// Strays lists the variables that begin with CONNKIT_ and name no setting.
func Strays(environ []string) []string {
	var strays []string
	for name := range envMap(environ) {
		known := slices.ContainsFunc(settingsTable(), func(s setting) bool { return envName(s.key) == name })
		if strings.HasPrefix(name, "CONNKIT_") && !known && name != "CONNKIT_FORCE_TTY" { // of internal/ui
			strays = append(strays, name)
		}
	}
	slices.Sort(strays)
	return strays
}

// mergeFile lays a settings file over v. A file that is not there holds nothing.
func mergeFile(v *viper.Viper, file, label string, origins map[string]string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || file == "" {
		return nil
	}
	if err != nil {
		return &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("reading the settings: %w", err)}
	}
	values, lines, err := parseFile(text, label)
	if err != nil {
		return err
	}
	for key, line := range lines {
		origins[key] = fmt.Sprintf("%s:%d", label, line)
	}
	return v.MergeConfigMap(values)
}

// mergeTexts lays variables and then flags over v. An empty variable is none.
func mergeTexts(v *viper.Viper, env, flags map[string]string, origins map[string]string) error {
	for _, s := range settingsTable() {
		texts := []struct{ origin, value string }{{envName(s.key), env[envName(s.key)]}, {"flag", flags[s.key]}}
		for _, t := range texts {
			if t.value == "" {
				continue
			}
			value, err := s.fromText(t.value)
			if err != nil {
				return fmt.Errorf("reading %s: %w", t.origin, err)
			}
			v.Set(s.key, value)
			origins[s.key] = t.origin
		}
	}
	return nil
}

func (s setting) fromText(t string) (any, error) {
	switch s.kind {
	case mapList, listMap:
		return nil, fault.Usagef("%s: it can be set in %s only", s.key, FileName)
	case textList:
		parts := strings.Split(t, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
			if err := s.checkText(parts[i]); err != nil {
				return nil, err
			}
		}
		return parts, nil
	default:
		return t, s.checkText(t)
	}
}

func envMap(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	return env
}

// userFile is where a person's own settings are, by the XDG base directory specification.
func userFile(env map[string]string) string {
	dir := env["XDG_CONFIG_HOME"]
	if !filepath.IsAbs(dir) {
		if env["HOME"] == "" {
			return ""
		}
		dir = filepath.Join(env["HOME"], ".config")
	}
	return filepath.Join(dir, "connkit", "config.yaml")
}

// display spells a file of the root by its name alone.
func (w *Workspace) display(file string) string {
	if filepath.Dir(file) == w.Root {
		return filepath.Base(file)
	}
	return file
}
