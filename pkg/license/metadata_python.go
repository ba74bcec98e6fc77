package license

import (
	"strings"

	"github.com/pelletier/go-toml/v2"
)

type pythonPackage struct {
	License      any
	LicenseFiles any `toml:"license-files"`
	Classifiers  []any
}

func fromPyproject(text []byte) ([]said, error) {
	var doc struct {
		Project pythonPackage
		Tool    struct {
			Poetry pythonPackage
			Flit   struct{ Metadata pythonPackage }
		}
	}
	if err := toml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	var all []said
	for _, p := range []pythonPackage{doc.Project, doc.Tool.Poetry, doc.Tool.Flit.Metadata} {
		all = append(all, p.says()...)
	}
	return all, nil
}

// says reads the fields of PEP 621 and PEP 639, which Poetry's are like.
func (p pythonPackage) says() []said {
	var all []said
	switch l := p.License.(type) {
	case string:
		all = append(all, licenseField(l)...)
	case map[string]any:
		if s, ok := l["text"].(string); ok {
			all = append(all, licenseField(s)...)
		}
		if f, ok := l["file"].(string); ok && f != "" {
			all = append(all, pointing("file = "+f, f))
		}
	}
	if files, ok := p.LicenseFiles.([]any); ok && len(all) == 0 {
		for _, f := range files {
			if s, ok := f.(string); ok && !strings.ContainsAny(s, "*?[") {
				all = append(all, pointing("license-files = "+s, s).among())
			}
		}
	}
	for _, c := range p.Classifiers {
		if s, ok := c.(string); ok {
			all = append(all, classifier(s)...)
		}
	}
	return all
}

// licenseField reads a field that holds an expression, a name, or a whole licence.
func licenseField(text string) []said {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil
	case strings.HasPrefix(text, "file:"):
		return []said{pointing(text, strings.TrimSpace(strings.TrimPrefix(text, "file:")))}
	case len(text) <= maxName:
		return []said{saying(text)}
	}
	r := readText([]byte(text))
	return []said{{meaning: meaning{license: r.license}, text: oneLine(text)}}
}

// classifier reads a trove classifier (https://pypi.org/classifiers): of those
// that end with a family, such as "BSD License", no licence follows.
func classifier(s string) []said {
	rest, ok := strings.CutPrefix(strings.TrimSpace(s), "License :: ")
	if !ok {
		return nil
	}
	parts := strings.Split(rest, " :: ")
	name := parts[len(parts)-1]
	if name == "OSI Approved" || name == "DFSG approved" {
		return nil
	}
	m := understand(name)
	switch {
	case strings.HasPrefix(name, "Other/Proprietary"), strings.HasPrefix(name, "Free for"), strings.HasPrefix(name, "Free For"), strings.HasPrefix(name, "Freely"):
		m = meaning{license: plainID(proprietary)}
	case m.license.IsZero() && len(m.family) == 0:
		return nil // a classifier that no id stands for
	}
	return []said{{meaning: m, text: s, part: true}}
}

func fromSetupCfg(text []byte) ([]said, error) {
	fields := iniSection(string(text), "metadata")
	all := licenseField(strings.Join(fields["license"], "\n"))
	if len(all) == 0 {
		for _, key := range []string{"license_file", "license_files", "license-file", "license-files"} {
			for _, f := range fields[key] {
				for _, name := range strings.Split(f, ",") {
					if name = strings.TrimSpace(name); name != "" && !strings.ContainsAny(name, "*?[") {
						all = append(all, pointing(key+" = "+name, name).among())
					}
				}
			}
		}
	}
	for _, key := range []string{"classifiers", "classifier"} {
		for _, c := range fields[key] {
			all = append(all, classifier(c)...)
		}
	}
	return all, nil
}

// iniSection gives the lines of each key of a section, as Python's configparser splits them.
func iniSection(text, section string) map[string][]string {
	fields := map[string][]string{}
	in, key := false, ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, ";"):
		case strings.HasPrefix(trimmed, "[") && line[0] == '[':
			in, key = trimmed == "["+section+"]", ""
		case !in:
		case line[0] == ' ' || line[0] == '\t':
			if key != "" {
				fields[key] = append(fields[key], trimmed)
			}
		default:
			i := strings.IndexAny(line, "=:")
			if i < 0 {
				key = ""
				continue
			}
			key = strings.ToLower(strings.TrimSpace(line[:i]))
			fields[key] = nil
			if v := strings.TrimSpace(line[i+1:]); v != "" {
				fields[key] = []string{v}
			}
		}
	}
	return fields
}
