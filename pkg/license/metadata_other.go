package license

import (
	"encoding/json"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

func fromPackageJSON(text []byte) ([]said, error) {
	var doc struct {
		License  json.RawMessage `json:"license"`
		Licenses json.RawMessage `json:"licenses"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if s, ok := npmLicense(doc.License); ok {
		return []said{s}, nil
	}
	var list []json.RawMessage
	_ = json.Unmarshal(doc.Licenses, &list) // what is no list says nothing
	var choices []Expression                // npm takes several for a choice
	var texts []string
	for _, raw := range list {
		s, ok := npmLicense(raw)
		if !ok || s.license.IsZero() {
			return []said{s}, nil
		}
		choices, texts = append(choices, s.license), append(texts, s.text)
	}
	if len(choices) == 0 {
		return nil, nil
	}
	return []said{{meaning: meaning{license: join("OR", choices...)}, text: strings.Join(texts, ", ")}}, nil
}

func npmLicense(raw json.RawMessage) (said, bool) {
	var text string
	var typed struct{ Type, Name string }
	if json.Unmarshal(raw, &text) != nil {
		if json.Unmarshal(raw, &typed) != nil {
			return said{}, false
		}
		if text = typed.Type; text == "" {
			text = typed.Name
		}
	}
	if strings.TrimSpace(text) == "" {
		return said{}, false
	}
	if file, ok := strings.CutPrefix(text, "SEE LICENSE IN "); ok {
		return pointing(text, strings.TrimSpace(file)), true
	}
	if text == "UNLICENSED" {
		return said{meaning: meaning{license: plainID(proprietary)}, text: text}, true
	}
	return saying(text), true
}

func fromCargo(text []byte) ([]said, error) {
	var doc struct {
		Package struct {
			License     any
			LicenseFile any `toml:"license-file"`
		}
	}
	if err := toml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if s, ok := doc.Package.License.(string); ok && strings.TrimSpace(s) != "" {
		return []said{saying(s)}, nil
	}
	if s, ok := doc.Package.LicenseFile.(string); ok && s != "" {
		return []said{pointing("license-file = "+s, s)}, nil
	}
	return nil, nil
}
