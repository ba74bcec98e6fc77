package pyenv

import (
	"slices"
	"testing"
)

func TestRangeTakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		yes  []version
		no   []version
	}{
		{"", []version{{3, 8, 0}, {3, 14, 1}}, nil},
		{"*", []version{{3, 8, 0}}, nil},
		{">=3.11", []version{{3, 11, 0}, {3, 12, 1}, {4, 0, 0}}, []version{{3, 10, 99}}},
		{">= 3.11, < 3.13", []version{{3, 12, 99}}, []version{{3, 13, 0}}},
		{">=3.11 <3.13", []version{{3, 12, 99}}, []version{{3, 13, 0}}},
		{">3.11", []version{{3, 11, 7}}, []version{{3, 11, 0}}},
		{"<=3.11", []version{{3, 11, 0}}, []version{{3, 11, 7}}},
		{"<=3.11.99", []version{{3, 11, 7}}, []version{{3, 12, 0}}},
		{"==3.11", []version{{3, 11, 0}}, []version{{3, 11, 7}}},
		{"===3.11.7", []version{{3, 11, 7}}, []version{{3, 11, 6}}},
		{"==3.11.*", []version{{3, 11, 7}}, []version{{3, 12, 0}}},
		{"3.11.*", []version{{3, 11, 7}}, []version{{3, 12, 0}}},
		{"3.*", []version{{3, 11, 7}}, []version{{4, 0, 0}}},
		{"3.11", []version{{3, 11, 0}}, []version{{3, 11, 7}}}, // Poetry's too: it refuses 3.11.7
		{"!=3.11", []version{{3, 11, 7}}, []version{{3, 11, 0}}},
		{">=3.8,!=3.11.*", []version{{3, 12, 0}}, []version{{3, 11, 7}}},
		{"^3.11", []version{{3, 11, 0}, {3, 14, 0}}, []version{{3, 10, 1}, {4, 0, 0}}},
		{"^3", []version{{3, 8, 0}}, []version{{4, 0, 0}}},
		{"~3.11", []version{{3, 11, 7}}, []version{{3, 12, 0}}},
		{"~3", []version{{3, 14, 0}}, []version{{4, 0, 0}}},
		{"~3.11.2", []version{{3, 11, 7}}, []version{{3, 11, 1}, {3, 12, 0}}},
		{"~=3.11", []version{{3, 11, 0}, {3, 14, 0}}, []version{{3, 10, 0}, {4, 0, 0}}},
		{"~=3.11.2", []version{{3, 11, 7}}, []version{{3, 11, 1}, {3, 12, 0}}},
		{"~3.9 || ^3.12", []version{{3, 9, 1}, {3, 12, 0}}, []version{{3, 10, 0}}},
		{"3.9.*|3.12.*", []version{{3, 9, 1}, {3, 12, 0}}, []version{{3, 10, 0}}},
		{">=3.11.0rc1,<3.14.dev0", []version{{3, 11, 0}}, []version{{3, 14, 0}}},
	} {
		r, err := parseRange(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		for _, v := range tt.yes {
			if !r.takes(v) {
				t.Errorf("%q does not take %s", tt.text, v)
			}
		}
		for _, v := range tt.no {
			if r.takes(v) {
				t.Errorf("%q takes %s", tt.text, v)
			}
		}
	}
}

func TestRangeIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"three", ">=", ">=3.11,,x", "=>3.11", "3.11.7.2.1", "; rm"} {
		if r, err := parseRange(text); err == nil {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

// What pip is told of a range has to take what Poetry's own words take.
func FuzzRange(f *testing.F) {
	for _, s := range []string{">=3.11,<4", "^3.11", "~3.9", "3.*", "!=3.1.*", "~=3.11.2", ">= 3.9 <3.12", "==3.11", "^0.0.3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRange(text)
		plain, ok := plainRange(text)
		if err != nil || !ok {
			return
		}
		p, err := parseRange(plain)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", text, plain, err)
		}
		for _, v := range []version{{0, 0, 3}, {0, 0, 4}, {1, 2, 3}, {3, 9, 0}, {3, 11, 0}, {3, 11, 2}, {3, 11, 7}, {3, 12, 0}, {4, 0, 0}} {
			if r.takes(v) != p.takes(v) {
				t.Errorf("%q and %q differ on %s", text, plain, v)
			}
		}
	})
}

func TestCaretAndTildeForPip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"^1.2.3": ">=1.2.3,<2.0.0", "^1.2": ">=1.2,<2.0.0", "^1": ">=1,<2.0.0", "^0.2.3": ">=0.2.3,<0.3.0", "^0.0.3": ">=0.0.3,<0.0.4", "^0.0": ">=0.0,<0.1.0", "^0": ">=0,<1.0.0",
		"~1.2.3": ">=1.2.3,<1.3.0", "~1.2": ">=1.2,<1.3.0", "~1": ">=1,<2.0.0", "~=1.2": "~=1.2",
		"^0.3.0b1": ">=0.3.0b1,<0.4.0", ">=1,<2": ">=1,<2", ">= 1 , < 2": ">=1,<2", ">=1 <2": ">=1,<2", "1.2.3": "==1.2.3", "1.*": "==1.*", "*": "", "": "", "!=1.2": "!=1.2",
	} {
		if got, ok := plainRange(text); got != want || !ok {
			t.Errorf("%q: got %q, %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"^1 || ^2", "^x"} {
		if got, ok := plainRange(text); got != "" || ok {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
}

func TestPoetryRequirements(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		value any
		want  []string
		exact bool
	}{
		"a range":      {"^8.1", []string{"x>=8.1,<9.0.0"}, true},
		"any":          {"*", []string{"x"}, true},
		"extras":       {map[string]any{"version": "~1.2", "extras": []any{"a", "b"}}, []string{"x[a,b]>=1.2,<1.3.0"}, true},
		"markers":      {map[string]any{"version": ">=1", "markers": "sys_platform == 'linux'"}, []string{"x>=1; sys_platform == 'linux'"}, true},
		"one Python":   {map[string]any{"version": ">=1", "python": "^3.11"}, []string{"x>=1"}, false},
		"optional":     {map[string]any{"version": ">=1", "optional": true}, nil, true},
		"a path":       {map[string]any{"path": "../up"}, []string{"/repo/up"}, true},
		"for editing":  {map[string]any{"path": "../up", "develop": true}, []string{"-e", "/repo/up"}, true},
		"git":          {map[string]any{"git": "https://example.com/x.git"}, []string{"x @ git+https://example.com/x.git"}, true},
		"git at a tag": {map[string]any{"git": "https://example.com/x.git", "tag": "v1", "subdirectory": "py"}, []string{"x @ git+https://example.com/x.git@v1#subdirectory=py"}, true},
		"a file":       {map[string]any{"url": "https://example.com/x.whl"}, []string{"x @ https://example.com/x.whl"}, true},
		"alternatives": {[]any{map[string]any{"version": "1"}}, []string{"x"}, false},
	} {
		got, exact := poetryRequirements("/repo/source-x", map[string]any{"x": tt.value, "python": "^3.11"})
		if !slices.Equal(got, tt.want) || exact != tt.exact {
			t.Errorf("%s: got %q, %v", name, got, exact)
		}
	}
}

func TestGroupsIncludeEachOther(t *testing.T) {
	t.Parallel()
	groups := map[string][]any{
		"dev":  {"mypy", map[string]any{"include-group": "test"}, map[string]any{"odd": 1}, map[string]any{"include-group": "none"}},
		"test": {"pytest>=8", map[string]any{"include-group": "dev"}}, // a circle ends
	}
	if got := group(groups, "dev", nil); !slices.Equal(got, []string{"mypy", "pytest>=8"}) {
		t.Errorf("got %q", got)
	}
}
