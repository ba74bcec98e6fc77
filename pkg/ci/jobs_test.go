package ci

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The counts are those that GitHub gives: its documentation explains include by
// the example with animals and fruits.
func TestJobCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		matrix string
		want   int
	}{
		{"{a: [1, 2, 3]}", 3},
		{"{a: [1, 2], b: [x, y, z]}", 6},
		{"{a: [1, 2], b: [x, y, z], exclude: [{a: 1, b: x}]}", 5},
		{"{a: [1, 2], b: [x, y, z], exclude: [{a: 1}]}", 3},
		{"{a: [1, 2], exclude: [{a: 3}]}", 2},
		{"{include: [{a: 1}, {a: 2}]}", 2},
		{"{a: [1], include: [{a: 1, b: 2}]}", 1},
		{"{a: [1], include: [{a: 2, b: 2}]}", 2},
		{"{a: [1, 2], include: [{c: 3}]}", 2},
		{"{a: [1], include: [{a: 2}, {a: 2}]}", 3},
		{"{a: [{n: x}, {n: y}], exclude: [{a: {n: x}}]}", 1},
		{"{a: [1, '1'], exclude: [{a: 1}]}", 0},
		{"{a: [Linux, x], exclude: [{a: linux}]}", 1}, // GitHub compares texts so
		{"{a: [[1, 2], [1, 3]], exclude: [{a: [1, 2]}]}", 1},
		{"{a: [[1, 2], [1, 3]], exclude: [{a: [1]}]}", 2},
		{"{a: [{n: x, m: y}], exclude: [{a: {n: x, m: z}}]}", 1},
		{"{a: [1, 2], b: [x], exclude: [{a: 1, b: y}, {a: 1, c: z}]}", 2},
		{"{a: &l [1, 2], b: *l}", 4},
		{"{a: [&x 1, 2], exclude: [{a: *x}]}", 1},
		{"{a: [1], exclude: &e [{a: 1}], include: *e}", 1}, // what is excluded can be included again
		{"{a: [1, 2], exclude: [{a: 1}, {a: 2}], include: [{b: 1}]}", 1},
		{"{a: [], b: [1, 2]}", 0},
		{"{a: [1, 2], include: [{a: 1, b: x}, {a: 1, b: y}, {a: 3, b: z}]}", 3},
		{"{a: [1, 2], exclude: [{}]}", 0},
		{"{include: []}", 0},
		{"{}", 0},
		{"{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}", 6},
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(tt.matrix), &n); err != nil {
			t.Fatal(err)
		}
		if got, ok := jobCount(n.Content[0]); !ok || got != tt.want {
			t.Errorf("%s: got %d, %v, want %d", tt.matrix, got, ok, tt.want)
		}
	}
	for _, text := range []string{"{a: '${{ fromJson(x) }}'}", "{a: [1], include: '${{ x }}'}", "{a: [1], exclude: '${{ x }}'}", "{a: [1], include: ['${{ x }}']}", "{a: [1], exclude: [[x]]}", "{a: 1}"} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		if got, ok := jobCount(n.Content[0]); ok {
			t.Errorf("%s: an expression decides, got %d", text, got)
		}
	}
}

// A matrix that is far too large is not multiplied out.
func TestJobCountOfHugeMatrices(t *testing.T) {
	t.Parallel()
	var keys []string
	for i := range 12 {
		keys = append(keys, fmt.Sprintf("k%d: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", i))
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("{"+strings.Join(keys, ", ")+"}"), &n); err != nil {
		t.Fatal(err)
	}
	if got, ok := jobCount(n.Content[0]); !ok || got <= maxJobs {
		t.Errorf("got %d, %v", got, ok)
	}
}
