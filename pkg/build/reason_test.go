package build

import (
	"strings"
	"testing"
)

// Of what an engine prints when a build fails one line is the reason: what the command
// complained of, and not that it failed.
func TestTheReasonOfAFailedBuild(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, log, want string }{
		{"nothing was printed", "", "the engine ended with exit status 7"},
		{"blank lines alone", "\n\n  \n", "the engine ended with exit status 7"},
		{
			"classic, a command that complains",
			"Step 2/3 : RUN pip install nope\n ---> Running in 4d\nCollecting nope\nERROR: No matching distribution found for nope\nThe command '/bin/sh -c pip install nope' returned a non-zero code: 1",
			"No matching distribution found for nope",
		},
		{
			"classic, a command that says something else", "Step 2/3 : RUN make\n ---> Running in 4d\nmake: *** stop\nThe command '/bin/sh -c make' returned a non-zero code: 2",
			"The command '/bin/sh -c make' returned a non-zero code: 2",
		},
		{
			"classic, a source that is not there", "Step 2/2 : COPY nope /\nCOPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist",
			"COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist",
		},
		{"classic, a base that is not there", "Step 1/2 : FROM nope\npull access denied for nope, repository does not exist", "pull access denied for nope, repository does not exist"},
		{"classic, a line that is no instruction", "Error response from daemon: dockerfile parse error line 2: unknown instruction: EOF", "Error response from daemon: dockerfile parse error line 2: unknown instruction: EOF"},
		{
			"BuildKit, a command that complains",
			"#7 [build 2/5] RUN pip install nope\n#7 1.234 ERROR: No matching distribution found for nope\n#7 ERROR: process \"/bin/sh -c pip install nope\" did not complete successfully: exit code: 1\n" +
				"------\n > [build 2/5] RUN pip install nope:\n1.234 ERROR: No matching distribution found for nope\n------\nDockerfile:3\n--------------------\n   2 |     \n   3 | >>> RUN pip install nope\n--------------------\n" +
				"ERROR: failed to solve: process \"/bin/sh -c pip install nope\" did not complete successfully: exit code: 1",
			"No matching distribution found for nope",
		},
		{
			"BuildKit, a command that says nothing", "#7 [2/2] RUN false\n#7 ERROR: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\n------\n > [2/2] RUN false:\n------\n" +
				"ERROR: failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: 1",
			`failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1`,
		},
		{
			"BuildKit, a source that is not there", "------\n > [2/2] COPY nope /:\n------\nERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref x: \"/nope\": not found\n\nView build details: docker-desktop://x",
			`failed to solve: failed to compute cache key: failed to calculate checksum of ref x: "/nope": not found`,
		},
		{"buildx, no builder", "ERROR: no builder \"b\" found", `no builder "b" found`},
		{
			"buildx is missing", "DEPRECATED: The legacy builder is deprecated\nERROR: BuildKit is enabled but the buildx component is missing or broken.\n       Install the buildx component\n       https://docs.docker.com/go/buildx/",
			"BuildKit is enabled but the buildx component is missing or broken.",
		},
		{
			"podman, a command that complains", "STEP 1/2: FROM a\nSTEP 2/2: RUN pip install nope\nERROR: No matching distribution found for nope\nError: building at STEP \"RUN pip install nope\": while running runtime: exit status 1",
			"No matching distribution found for nope",
		},
		{"podman, a command that says something else", "STEP 2/2: RUN make\nmake: *** stop\nError: building at STEP \"RUN make\": while running runtime: exit status 2", "make: *** stop"},
		{
			"podman, a command that says nothing", "STEP 1/2: FROM a\n[1/2] STEP 2/2: RUN false\nError: building at STEP \"RUN false\": while running runtime: exit status 1",
			`building at STEP "RUN false": while running runtime: exit status 1`,
		},
		{
			"podman, a base that is not there", "STEP 1/2: FROM nope\nError: creating build container: short-name \"nope\" did not resolve to an alias and no unqualified-search registries are defined",
			`creating build container: short-name "nope" did not resolve to an alias and no unqualified-search registries are defined`,
		},
		{
			"buildah", "STEP 2/2: COPY nope /\nerror building at STEP \"COPY nope /\": checking on sources under \"/c\": copier: stat: \"/nope\": no such file or directory\ntime=\"2026-11-20T10:30:00Z\" level=error msg=\"exit status 125\"",
			`checking on sources under "/c": copier: stat: "/nope": no such file or directory`,
		},
		{"nerdctl", "time=\"2026-11-20T10:30:00Z\" level=fatal msg=\"failed to solve: \\\"nope\\\": not found\"", `failed to solve: "nope": not found`},
		{"nerdctl, a warning", "time=\"2026-11-20T10:30:00Z\" level=warning msg=\"cannot do it\"", "the engine ended with exit status 7"},
		{"a disk that is full", "Step 2/2 : COPY a /\nfailed to copy files: write /a: no space left on device", "failed to copy files: write /a: no space left on device"},
		{"prefixes are said once", "ERROR: Error: failed to build: the reason", "the reason"},
	} {
		if got := reason(strings.Split(tt.log, "\n"), 7); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
