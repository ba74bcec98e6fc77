package debug

import (
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

func TestPorts(t *testing.T) {
	t.Parallel()
	first, err := openPort(0, 0, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	port := portOf(first)
	if port < firstPort || port >= firstPort+ports {
		t.Errorf("port %d", port)
	}
	if ip := first.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		t.Errorf("it listens on %s", ip)
	}
	second, err := openPort(0, 0, t.Name()) // the same name, and the port is taken
	if err != nil || portOf(second) == port {
		t.Fatalf("%d, %v", portOf(second), err)
	}
	known := portOf(second)
	_ = second.Close()
	third, err := openPort(0, known, t.Name())
	if err != nil || portOf(third) != known {
		t.Errorf("the entry's port is %d, got %d, %v", known, portOf(third), err)
	}
	_ = third.Close()
	_ = first.Close()
	again, err := openPort(0, 99999, t.Name())
	if err != nil || portOf(again) != port {
		t.Errorf("the same name gave %d and %d, %v", port, portOf(again), err)
	}
	_ = again.Close()
}

func TestPortThatIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	_, err = openPort(portOf(l), 0, "x")
	if fault.KindOf(err) != fault.Environment || fault.HintOf(err) == "" {
		t.Fatalf("got %v", err)
	}
	if want := "(process " + strconv.Itoa(os.Getpid()) + ") has it"; runtime.GOOS == "linux" && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	for _, port := range []int{-1, 65536} {
		if _, err := openPort(port, 0, "x"); fault.KindOf(err) != fault.Usage {
			t.Errorf("%d: %v", port, err)
		}
	}
}

func TestSameUser(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Log("only Linux tells")
		return
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	there, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close() //nolint:errcheck // the test is over
	here, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if same, known := sameUser(here); !same || !known {
		t.Errorf("got %v, %v", same, known)
	}
}
