package flow

import (
	"encoding/json"
	"path"
	"strings"
	"time"
)

// CollectionSpec is a collection as connectors get it.
type CollectionSpec struct {
	Name              string          `json:"name"`
	WriteSchema       json.RawMessage `json:"writeSchema"`
	ReadSchema        json.RawMessage `json:"readSchema,omitempty"`
	Key               []string        `json:"key"`
	UUIDPtr           string          `json:"uuidPtr"`
	PartitionFields   []string        `json:"partitionFields,omitempty"`
	Projections       []Projection    `json:"projections"`
	AckTemplate       json.RawMessage `json:"ackTemplate"`
	PartitionTemplate JournalSpec     `json:"partitionTemplate"`
	Derivation        *DerivationSpec `json:"derivation,omitempty"`
}

// JournalSpec is a journal of Flow's. Connectors look at whether one is there.
type JournalSpec struct {
	Name        string         `json:"name"`
	Replication int            `json:"replication"`
	Fragment    map[string]any `json:"fragment"`
}

// ShardSpec is a shard of Flow's.
type ShardSpec struct {
	ID                string `json:"id"`
	RecoveryLogPrefix string `json:"recoveryLogPrefix"`
	HintPrefix        string `json:"hintPrefix"`
	HintBackups       int    `json:"hintBackups"`
	MaxTxnDuration    string `json:"maxTxnDuration"`
	MinTxnDuration    string `json:"minTxnDuration"`
	Labels            struct {
		Labels []Label `json:"labels"`
	} `json:"labels"`
}

// Label is one label of a shard.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TaskSpec is a capture or a materialization as connectors get it.
type TaskSpec struct {
	Name                string          `json:"name"`
	ConnectorType       string          `json:"connectorType"`
	Config              json.RawMessage `json:"config"`
	Bindings            []BindingSpec   `json:"bindings"`
	IntervalSeconds     int             `json:"intervalSeconds,omitempty"`
	ShardTemplate       ShardSpec       `json:"shardTemplate"`
	RecoveryLogTemplate JournalSpec     `json:"recoveryLogTemplate"`
}

// BindingSpec is a binding as connectors get it.
type BindingSpec struct {
	ResourceConfig    json.RawMessage `json:"resourceConfig"`
	ResourcePath      []string        `json:"resourcePath"`
	Collection        *CollectionSpec `json:"collection"`
	Backfill          uint32          `json:"backfill,omitempty"`
	StateKey          string          `json:"stateKey"`
	FieldSelection    *FieldSelection `json:"fieldSelection,omitempty"`
	DeltaUpdates      bool            `json:"deltaUpdates,omitempty"`
	JournalReadSuffix string          `json:"journalReadSuffix,omitempty"`
	PartitionSelector *struct{}       `json:"partitionSelector,omitempty"`
	SerPolicy         json.RawMessage `json:"serPolicy,omitempty"`
}

// FieldSelection are the fields that a materialization binding stores.
type FieldSelection struct {
	Keys        []string                   `json:"keys"`
	Values      []string                   `json:"values"`
	Document    string                     `json:"document,omitempty"`
	FieldConfig map[string]json.RawMessage `json:"fieldConfig,omitempty"`
}

// DerivationSpec is how a collection is derived, as connectors get it.
type DerivationSpec struct {
	ConnectorType       string          `json:"connectorType"`
	Config              json.RawMessage `json:"config"`
	Transforms          []TransformSpec `json:"transforms"`
	ShuffleKeyTypes     []string        `json:"shuffleKeyTypes,omitempty"`
	ShardTemplate       ShardSpec       `json:"shardTemplate"`
	RecoveryLogTemplate JournalSpec     `json:"recoveryLogTemplate"`
}

// TransformSpec is a transform as connectors get it.
type TransformSpec struct {
	Name              string          `json:"name"`
	Collection        *CollectionSpec `json:"collection"`
	PartitionSelector *struct{}       `json:"partitionSelector,omitempty"`
	ShuffleKey        []string        `json:"shuffleKey,omitempty"`
	LambdaConfig      json.RawMessage `json:"lambdaConfig"`
	ReadOnly          bool            `json:"readOnly,omitempty"`
	JournalReadSuffix string          `json:"journalReadSuffix"`
	Backfill          uint32          `json:"backfill,omitempty"`
	StateKey          string          `json:"stateKey"`
}

// Spec gives the collection as connectors get it.
func (c Collection) Spec() *CollectionSpec {
	s := &CollectionSpec{
		Name: c.Name, WriteSchema: c.WriteSchema, ReadSchema: c.ReadSchema, Key: c.Key, UUIDPtr: UUIDPointer,
		Projections:       c.projections(),
		AckTemplate:       json.RawMessage(`{"_meta":{"uuid":"` + UUIDPlaceholder + `","ack":true}}`),
		PartitionTemplate: journal(c.Name + "/" + publication),
	}
	for _, p := range s.Projections {
		if p.IsPartitionKey {
			s.PartitionFields = append(s.PartitionFields, p.Field)
		}
	}
	return s
}

// publication is the identifier that Flow would give what is published.
const publication = "ffffffffffffffff"

func journal(name string) JournalSpec {
	return JournalSpec{name, 3, map[string]any{"length": "536870912", "compressionCodec": "GZIP", "refreshInterval": "300s"}}
}

// prefixOf begins the names of a kind's shards and logs.
var prefixOf = map[string]string{"capture": "capture", "materialization": "materialize", "derivation": "derive"}

// Templates gives the shard and the recovery log of a task: what Flow itself
// would make of it, as far as connectors look at it.
func (t Task) Templates(level string, flags ...string) (ShardSpec, JournalSpec) {
	id := prefixOf[t.Kind] + "/" + t.Name
	s := ShardSpec{
		ID: id + "/" + publication, RecoveryLogPrefix: "recovery", HintPrefix: "/estuary/flow/hints", HintBackups: 2,
		MaxTxnDuration: "1s", MinTxnDuration: "0s",
	}
	if t.Kind == "materialization" {
		s.MaxTxnDuration = "300s"
	}
	for _, flag := range flags { // labels are sorted by name
		s.Labels.Labels = append(s.Labels.Labels, Label{"estuary.dev/flag/" + flag, "true"})
	}
	s.Labels.Labels = append(s.Labels.Labels, Label{"estuary.dev/log-level", level})
	return s, journal(path.Join("recovery", id))
}

// ReadSuffix names how a task reads a collection.
func (t Task) ReadSuffix(stateKey string) string {
	return prefixOf[t.Kind] + "/" + t.Name + "/" + stateKey
}

// CheckpointSource names a source of a runtime checkpoint.
func CheckpointSource(collection, readSuffix string) string {
	return collection + "/pivot=00;" + readSuffix
}

// Seconds is the interval as connectors get it.
func (t Task) Seconds() int { return int(t.Interval / time.Second) }

// WithoutMeta takes off what Flow keeps in a resource config for itself.
func WithoutMeta(resource json.RawMessage) json.RawMessage {
	if !strings.Contains(string(resource), `"_meta"`) {
		return resource
	}
	node, err := NodeOf(resource)
	if err != nil {
		return resource
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "_meta" {
			node.Content = append(node.Content[:i], node.Content[i+2:]...)
			break
		}
	}
	text, err := jsonOf("", node)
	if err != nil {
		return resource
	}
	return text
}
