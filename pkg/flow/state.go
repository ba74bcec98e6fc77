package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

var errState = errors.New("reading a state: it is no JSON")

// State is a connector's state. It is kept as a tree, since a patch comes with
// every checkpoint and the whole is written now and then.
type State struct{ value any }

// StateUpdate is how a connector changes its state.
type StateUpdate struct {
	Updated    json.RawMessage `json:"updated"`
	MergePatch bool            `json:"mergePatch,omitempty"`
}

// ParseState reads a state; no text is the empty state.
func ParseState(text []byte) (State, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return State{map[string]any{}}, nil
	}
	v, err := decodeExact(text)
	if err != nil {
		return State{}, errState
	}
	if _, ok := v.(map[string]any); !ok {
		return State{}, errors.New("reading a state: an object is wanted")
	}
	return State{v}, nil
}

// Update carries out a change: a merge patch (RFC 7396), in which null removes
// a key, or a replacement.
func (s *State) Update(u StateUpdate) error {
	v, err := decodeExact(u.Updated)
	if err != nil {
		return errState
	}
	if u.MergePatch {
		s.value = mergePatch(s.value, v)
	} else {
		s.value = v
	}
	return nil
}

// JSON writes the state, keys sorted.
func (s State) JSON() json.RawMessage {
	if s.value == nil {
		return json.RawMessage("{}")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s.value) // it was decoded from JSON
	return bytes.TrimSpace(b.Bytes())
}

// IsEmpty tells that nothing is in it.
func (s State) IsEmpty() bool {
	o, ok := s.value.(map[string]any)
	return s.value == nil || ok && len(o) == 0
}

// decodeExact reads a text of one value, and keeps how its numbers are written.
func decodeExact(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errState // of what follows nothing would be kept
	}
	return v, nil
}

func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok {
		t = map[string]any{}
	}
	for key, value := range p {
		if value == nil {
			delete(t, key)
			continue
		}
		t[key] = mergePatch(t[key], value)
	}
	return t
}
