package run_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	goodSpec = `{"spec":{"protocol":3032023,"configSchema":{"properties":{"token":{"secret":true}}},"resourceConfigSchema":{"properties":{"stream":{"type":"string"}}},"documentationUrl":"https://e.x/u","resourcePathPointers":["/stream"]}}`
	binding  = `{"recommendedName":"users","resourceConfig":{"stream":"users","syncMode":"incremental"},"documentSchema":{"properties":{"id":{},"_meta":{}}},"key":["/id"]}`
)

// play answers a request as the connector of that name does.
func play(name string) {
	request, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if strings.Contains(request, `"spec"`) && !strings.HasPrefix(name, "spec ") {
		fmt.Println(goodSpec)
		return
	}
	name = strings.TrimPrefix(name, "spec ")
	if line, ok := answers()[name]; ok {
		fmt.Print(line)
		return
	}
	if status, ok := failures()[name]; ok {
		status(request)
	}
}

func answers() map[string]string {
	return map[string]string{
		"good":       `{"discovered":{"bindings":[` + binding + "]}}\n",
		"default":    `{"discovered":{}}` + "\n",
		"snake":      `{"discovered":{"bindings":[{"recommended_name":"a","resource_config":{"stream":"a"},"document_schema":{"properties":{"id":{}}},"key":["/id"]}]}}` + "\n",
		"large":      `{"discovered":{"bindings":[` + strings.Replace(binding, "users", strings.Repeat("u", 2<<20), 1) + "]}}\n",
		"wrong kind": `{"opened":{}}` + "\n",
		"print":      "hello\n" + `{"discovered":{}}` + "\n",
		"trailing":   `{"discovered":{}}` + "\nmore\n",
		"partial":    `{"discovered":{}`,
		"mute":       "",
		"no object":  `{"discovered":["s3cr3t-token ` + strings.Repeat("x", 160) + ` n0t-shown"]}` + "\n",
		"cut":        strings.Repeat("x", 190) + " s3cr3t-token\n",
		"protocol":   strings.Replace(goodSpec, "3032023", "7", 1) + "\n",
		"leaky key":  `{"discovered":{"bindings":[` + strings.Replace(binding, `"key":`, `"s3cr3t-token":1,"key":`, 1) + "]}}\n",
		"odd":        `{"discovered":{"bindings":[{"recommendedName":"a!","resourceConfig":{"stream":"a"},"documentSchema":{"properties":{"id":{}}},"key":["id"],"odd":1},` + binding + `,{"recommendedName":"a?","resourceConfig":{"stream":"a"},"documentSchema":{"properties":{"id":{}}},"key":["/id"]}]}}` + "\n",
	}
}

func failures() map[string]func(request string) {
	die := func(status int, text string) func(string) {
		return func(string) { fmt.Fprintln(os.Stderr, text); os.Exit(status) }
	}
	return map[string]func(string){
		"json log":  die(1, `{"level":"ERROR","msg":"first"}`+"\n"+`{"level":"fatal","msg":"the host is down"}`),
		"traceback": die(1, "Traceback (most recent call last):\n  File x\nValueError: bad value"),
		"nothing":   func(string) { os.Exit(3) },
		"go run":    die(1, "dial tcp: refused\nexit status 1"),
		"panic":     die(2, "panic: nil map\n\ngoroutine 1 [running]:\nmain.main()"),
		"import":    die(1, "ImportError: cannot import name 'override' from 'typing'"),
		"syntax":    die(1, "  File \"x.py\", line 1\n    f\"{a[\"b\"]}\"\n          ^\nSyntaxError: f-string: unmatched '['"),
		"module":    die(1, "/x/python: No module named source_x"),
		"network":   die(1, `{"level":"error","msg":"fetching users: unexpected EOF"}`),
		"plain go":  die(1, `{"level":"error","msg":"port 6060 is taken"}`+"\n"+"parsing the config: rate is no number"),
		"noise":     die(1, `{"level":"ERROR","msg":"token refused"}`+"\n"+"sys:1: RuntimeWarning: never awaited"),
		"quiet end": func(string) { fmt.Fprintln(os.Stderr, `{"level":"info","msg":"nothing to do"}`) },
		"lingering": func(string) {
			fmt.Println(goodSpec)
			fmt.Fprintln(os.Stderr, `{"level":"info","msg":"answered"}`)
			time.Sleep(time.Hour)
		},
		"chatty":    func(string) { fmt.Fprintln(os.Stderr, "compiling"); time.Sleep(time.Hour) },
		"not found": die(127, "sh: 1: python: not found"),
		"deaf":      func(string) { signal.Ignore(syscall.SIGTERM); fmt.Fprintln(os.Stderr, "deaf"); time.Sleep(time.Hour) },
		"owner":     owner,
		"codec":     die(1, "reading message (directly): unexpected EOF"),
		"killed":    func(string) { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) },
		"leak": func(r string) {
			fmt.Fprintf(os.Stderr, `{"level":"error","msg":"refused","fields":{"r":%q}}`+"\n", r)
			fmt.Fprint(os.Stderr, r)
			os.Exit(1)
		},
		"env": func(string) {
			fmt.Fprintln(os.Stderr, "ERROR", os.Getenv("FLOW_RUNTIME_CODEC"), os.Getenv("LOG_LEVEL"), os.Getenv("K"), os.Getenv("VIRTUAL_ENV"))
			os.Exit(1)
		},
		"talks": func(string) {
			for _, level := range []string{"debug", "info", "warn", "error"} {
				fmt.Fprintf(os.Stderr, "{\"level\":%q,\"msg\":\"m\"}\n", level)
			}
			fmt.Println(goodSpec)
		},
		"python": func(string) {
			fmt.Fprintln(os.Stderr, "ERROR python", os.Getenv("PYTHONPATH"), os.Getenv("PYTHONHOME"))
			os.Exit(1)
		},
		"long line": func(string) {
			if _, err := fmt.Println(strings.Repeat("x", 66<<20)); err != nil {
				fmt.Fprintln(os.Stderr, "BrokenPipeError")
			}
			os.Exit(1)
		},
		"dir":  func(string) { wd, _ := os.Getwd(); fmt.Fprintln(os.Stderr, "ERROR in", filepath.Base(wd)); os.Exit(1) },
		"hang": func(string) { fmt.Fprintln(os.Stderr, `{"level":"info","msg":"waiting for the host"}`); hang() },
	}
}

func hang() {
	child := exec.Command("sleep", "3600")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = child.Start()
	time.Sleep(time.Hour)
}
