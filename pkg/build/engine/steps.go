package engine

import (
	"bytes"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// Steps reads what a builder prints while it works: the step it is at, and how
// many there were and how many of them came out of a cache.
type Steps struct {
	Targets []string                  // of a bake
	Step    func(target, text string) // told of each step; target is "" but in a bake
	Done    map[string]int            // steps by target
	Cached  map[string]int            // of them from a cache

	rest    []byte
	vertex  map[string]step // BuildKit's, by number
	current step
}

type step struct {
	target, text string
	counted      bool
	cached       bool
}

// Write takes output as it comes.
func (s *Steps) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	for {
		i := bytes.IndexByte(s.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		s.line(strings.TrimRight(string(s.rest[:i]), "\r"))
		s.rest = s.rest[i+1:]
	}
}

var (
	// #7 [build 2/5] RUN make; in a bake #7 [source-x build 2/5] RUN make
	vertexLine  = pattern.Lazy(`^#(\d+) \[(?:(\S+) +)?(?:\S+ +)?(\d+/\d+)\] (.+)$`)
	vertexState = pattern.Lazy(`^#(\d+) (CACHED|DONE|ERROR)\b`)
	// Step 3/9 : RUN make
	classicLine = pattern.Lazy(`^Step (\d+/\d+) : (.+)$`)
	// [1/2] STEP 3/4: RUN make, and STEP 3/4: RUN make
	podmanLine = pattern.Lazy(`^(?:\[(\d+/\d+)\] )?STEP (\d+/\d+): (.+)$`)
	usingCache = pattern.Lazy(`^\s*-+> Using cache`)
)

func (s *Steps) line(line string) {
	if s.Done == nil {
		s.Done, s.Cached, s.vertex = map[string]int{}, map[string]int{}, map[string]step{}
	}
	if m := vertexLine().FindStringSubmatch(line); m != nil {
		s.begin(m[1], step{target: s.bakeTarget(m[2]), text: m[3] + " " + m[4]})
		return
	}
	if m := vertexState().FindStringSubmatch(line); m != nil {
		if v, ok := s.vertex[m[1]]; ok && m[2] == "CACHED" && v.counted && !v.cached {
			v.cached = true
			s.vertex[m[1]] = v
			s.Cached[v.target]++
		}
		return
	}
	if m := classicLine().FindStringSubmatch(line); m != nil {
		s.count(step{text: m[1] + " " + m[2]}, keyword(m[2]))
		return
	}
	if m := podmanLine().FindStringSubmatch(line); m != nil {
		s.count(step{text: strings.TrimSpace(m[1] + " " + m[2] + " " + m[3])}, keyword(m[3]))
		return
	}
	if usingCache().MatchString(line) && s.current.counted && !s.current.cached {
		s.current.cached = true
		s.Cached[""]++
	}
}

// bakeTarget tells the target of a vertex: in a bake its name comes before the
// stage's, of several targets that share a vertex the first.
func (s *Steps) bakeTarget(first string) string {
	if slices.Contains(s.Targets, first) {
		return first
	}
	return ""
}

func (s *Steps) begin(number string, v step) {
	if _, ok := s.vertex[number]; ok {
		return
	}
	if fields := strings.Fields(v.text); len(fields) < 2 || fields[1] != "FROM" {
		v.counted = true
		s.Done[v.target]++
	}
	s.vertex[number] = v
	s.tell(v)
}

// count takes a step of a builder that works on one after the other. What only
// sets something is no step that a cache could save.
func (s *Steps) count(v step, word string) {
	if v.counted = word == "RUN" || word == "COPY" || word == "ADD"; v.counted {
		s.Done[""]++
	}
	s.current = v
	if v.counted || word == "FROM" {
		s.tell(v)
	}
}

func (s *Steps) tell(v step) {
	if s.Step != nil {
		s.Step(v.target, brief(v.text))
	}
}

// longestStep is how much of a step is told, in characters.
const longestStep = 120

// brief is a step on one line, without what it mounts.
func brief(text string) string {
	list := slices.DeleteFunc(strings.Fields(text), func(w string) bool { return strings.HasPrefix(w, "--mount=") })
	line := []rune(strings.Join(list, " "))
	if len(line) > longestStep {
		return string(line[:longestStep]) + "…"
	}
	return string(line)
}

func keyword(instruction string) string {
	word, _, _ := strings.Cut(instruction, " ")
	return strings.ToUpper(word)
}
