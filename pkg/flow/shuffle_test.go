package flow_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

func TestShuffleKeyTypes(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"flow.yaml": `collections:
  acmeCo/totals:
    key: [/user]
    schema: {type: object, properties: {user: {type: [string, "null"]}, n: {type: integer}, ok: {type: boolean}, amount: {type: number}, any: {}, two: {type: [string, integer]}}}
    derive: {using: {local: {command: [x], config: {}}}, transforms: [], shuffleKeyTypes: [string, integer]}
`})
	c, err := flow.Load(filepath.Join(dir, "flow.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	task, err := c.Task("")
	if err != nil || !slices.Equal(task.ShuffleKeyTypes(), []string{"STRING", "INTEGER"}) {
		t.Errorf("got %v, %v", task.ShuffleKeyTypes(), err)
	}
	totals, err := c.Collection("acmeCo/totals")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ pointers, want []string }{
		{[]string{"/user", "/n", "/ok"}, []string{"STRING", "INTEGER", "BOOLEAN"}},
		{[]string{"/user", "/amount"}, nil}, {[]string{"/any"}, nil}, {[]string{"/two"}, nil}, {[]string{"/none"}, nil}, {nil, nil},
	} {
		if got := totals.Spec().KeyTypes(tt.pointers); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.pointers, got, tt.want)
		}
	}
	if got := (flow.Task{}).ShuffleKeyTypes(); got != nil {
		t.Errorf("a task without any says %v", got)
	}
}
