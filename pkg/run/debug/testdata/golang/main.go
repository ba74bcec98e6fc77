// A connector that answers spec in several ways, for tests of the debugger.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	request, _ := in.ReadString('\n')
	if os.Args[1] == "fail" {
		fmt.Fprintln(os.Stderr, `{"level":"error","msg":"the host is down"}`)
		os.Exit(7)
	}
	fmt.Println(answer(os.Args[1], request))
	_, _ = io.Copy(io.Discard, in)
}

func answer(mode, request string) string {
	length := len(request)
	description := ""
	if mode == "big" {
		description = strings.Repeat("x", 3_000_000)
	}
	if length == 0 {
		return ""
	}
	return `{"spec":{"protocol":3032023,"configSchema":{"type":"object","description":"` + description + `"},"resourceConfigSchema":{"type":"object"},"documentationUrl":"https://example.com","resourcePathPointers":["/stream"]}}`
}
