package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/build/engine"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, log     string
		steps         []string
		count, cached int
	}{
		{
			"classic", "Sending build context to Docker daemon  10kB\nStep 1/5 : FROM a AS b\n ---> f1\nStep 2/5 : ARG X\n ---> Using cache\n ---> 41\n" +
				"Step 3/5 : COPY a  /b\n ---> Using cache\n ---> c2\nStep 4/5 : RUN make\n ---> Running in 4d\nStep 5/5 : LABEL a=b\nSuccessfully built 34\n",
			[]string{"1/5 FROM a AS b", "3/5 COPY a /b", "4/5 RUN make"}, 2, 1,
		},
		{
			"podman, stages", "[1/2] STEP 1/3: FROM a AS b\n[1/2] STEP 2/3: COPY a /b\n--> Using cache 4e8f\n--> 4e8f\n[1/2] STEP 3/3: RUN make\n--> 06\n[2/2] STEP 1/2: FROM scratch\n[2/2] STEP 2/2: COPY --from=b /x /x\n[2/2] COMMIT x\n",
			[]string{"1/2 1/3 FROM a AS b", "1/2 2/3 COPY a /b", "1/2 3/3 RUN make", "2/2 1/2 FROM scratch", "2/2 2/2 COPY --from=b /x /x"}, 3, 1,
		},
		{"podman, one stage", "STEP 1/2: FROM a\r\nSTEP 2/2: ADD x /\r\n", []string{"1/2 FROM a", "2/2 ADD x /"}, 1, 0},
		{
			"BuildKit", "#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n#4 [build  1/11] FROM docker.io/a\n#4 CACHED\n" +
				"#5 [build  2/11] RUN --mount=type=cache,target=/c make\n#5 0.1 hello\n#5 CACHED\n#5 CACHED\n#6 [stage-1 2/2] COPY --from=build /a /b\n#6 DONE 0.1s\n#7 [2/2] COPY x /\n#8 exporting to image\n",
			[]string{"1/11 FROM docker.io/a", "2/11 RUN make", "2/2 COPY --from=build /a /b", "2/2 COPY x /"}, 3, 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			s := engine.Steps{Step: func(_, text string) { got = append(got, text) }}
			for i := range tt.log { // byte by byte: output comes in pieces
				fmt.Fprint(&s, tt.log[i:i+1])
			}
			if !slices.Equal(got, tt.steps) || s.Done[""] != tt.count || s.Cached[""] != tt.cached {
				t.Errorf("got %q, %d, %d", got, s.Done[""], s.Cached[""])
			}
		})
	}
}

func TestStepsOfABake(t *testing.T) {
	t.Parallel()
	var got []string
	s := engine.Steps{Targets: []string{"source-a", "source-b"}, Step: func(target, text string) { got = append(got, target+": "+text) }}
	fmt.Fprint(&s, "#4 [source-a build 2/3] RUN make\n#5 [source-b 2/3] COPY a /\n#4 CACHED\n#6 [source-a stage-1 2/2] COPY b /\n#5 CACHED\n#7 [other 2/2] RUN x\n")
	want := []string{"source-a: 2/3 RUN make", "source-b: 2/3 COPY a /", "source-a: 2/2 COPY b /", ": 2/2 RUN x"}
	if !slices.Equal(got, want) || s.Done["source-a"] != 2 || s.Cached["source-a"] != 1 || s.Cached["source-b"] != 1 {
		t.Errorf("got %q %v %v", got, s.Done, s.Cached)
	}
}

func TestLongStepsAreCut(t *testing.T) {
	t.Parallel()
	var got string
	s := engine.Steps{Step: func(_, text string) { got = text }}
	fmt.Fprintf(&s, "Step 1/1 : RUN %s\n", strings.Repeat("x ", 400))
	if n := len([]rune(got)); n > 121 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d: %q", n, got)
	}
}
