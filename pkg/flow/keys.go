package flow

import (
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// catalogKeys are the keys that Flow takes, by their place; "*" stands for a
// name that the user chooses. A place that is not here is not looked into.
// Source: the catalog models of estuary/flow (crates/models).
var catalogKeys = map[string]string{
	"":                              "$schema import captures collections materializations tests",
	"captures/*":                    "autoDiscover endpoint interval bindings shards redactSalt secrets expectPubId delete reset",
	"captures/*/autoDiscover":       "addNewBindings evolveIncompatibleCollections",
	"captures/*/endpoint":           "connector local python",
	"captures/*/bindings/*":         "resource target disable backfill",
	"materializations/*":            "source sourceCapture onIncompatibleSchemaChange endpoint bindings shards secrets triggers syncSchedule expectPubId delete reset",
	"materializations/*/endpoint":   "connector local dekaf",
	"materializations/*/bindings/*": "resource source disable priority backfill fields onIncompatibleSchemaChange",
	"collections/*":                 "schema writeSchema readSchema key projections journals derive expectPubId delete reset",
	"collections/*/derive":          "using transforms shuffleKeyTypes shards redactSalt secrets",
	"collections/*/derive/using":    "connector local sqlite typescript python",
	"*/transforms/*":                "name source shuffle lambda priority readDelay backfill disable",
	"*/endpoint/local":              "command config env protobuf",
	"*/endpoint/connector":          "image config",
	"*/shards":                      "disable minTxnDuration maxTxnDuration hotStandbys logLevel ringBufferSize readChannelSize flags",
}

// knownKeys gives the keys for a place, or nil.
func knownKeys(place string) []string {
	if keys, ok := catalogKeys[place]; ok {
		return strings.Fields(keys)
	}
	switch at := path.Base(place); {
	case at == "local" || at == "connector":
		return strings.Fields(catalogKeys["*/endpoint/"+at])
	case at == "shards":
		return strings.Fields(catalogKeys["*/shards"])
	case strings.HasSuffix(place, "/transforms/*"):
		return strings.Fields(catalogKeys["*/transforms/*"])
	}
	return nil
}

func advice(key string, known []string) string {
	if near := fault.Nearest(key, known); near != "" {
		return "; did you mean " + near
	}
	return ": " + strings.Join(known, ", ")
}

// named are the places whose keys are names of the user's.
var named = []string{"captures", "materializations", "collections"}

// checkKeys notes keys that Flow would refuse. Configs, resources and schemas are the connector's own.
func (l *loader) checkKeys(file string, node *yaml.Node, place string) {
	node = resolve(node)
	if node == nil {
		return
	}
	if node.Kind == yaml.SequenceNode && isList(place) {
		for _, item := range node.Content {
			l.checkKeys(file, item, place+"/*")
		}
		return
	}
	if node.Kind != yaml.MappingNode {
		return
	}
	if path.Base(place) == "local" {
		l.checkTexts(file, node)
	}
	known, free := knownKeys(place), slices.Contains(named, place)
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		if known != nil && !slices.Contains(known, key.Value) {
			l.warn(file, key, "Flow knows no key %q here%s", key.Value, advice(key.Value, known))
			continue
		}
		next := strings.TrimPrefix(place+"/"+key.Value, "/")
		if free {
			next = place + "/*"
		}
		if free || knownKeys(next) != nil || slices.Contains(named, next) || isList(next) || strings.HasSuffix(next, "*/endpoint") {
			l.checkKeys(file, node.Content[i+1], next)
		}
	}
}

// checkTexts notes words of a command and values of an environment that are no
// texts: connkit takes them as they stand, and Flow refuses them.
func (l *loader) checkTexts(file string, local *yaml.Node) {
	for _, key := range []string{"command", "env"} {
		list := child(local, key)
		if list == nil {
			continue
		}
		for i, value := range list.Content {
			if isName := list.Kind == yaml.MappingNode && i%2 == 0; isName {
				continue
			}
			if value = resolve(value); value.Kind == yaml.ScalarNode && value.ShortTag() != "!!str" {
				l.warn(file, value, "%s: Flow takes texts alone: put it into quotes", key)
			}
		}
	}
}

func isList(place string) bool {
	return strings.HasSuffix(place, "/bindings") || strings.HasSuffix(place, "/transforms")
}
