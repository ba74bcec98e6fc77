package debug

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestAddressesAsTheKernelWritesThem(t *testing.T) {
	t.Parallel()
	if got := kernelForm(&net.TCPAddr{IP: net.IPv6loopback, Port: 80}); got != "" {
		t.Errorf("connkit listens on IPv4 alone, got %s", got)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	own := false
	for _, s := range sockets() {
		own = own || s.listens && s.local == kernelForm(l.Addr().(*net.TCPAddr)) && s.uid == os.Getuid()
	}
	if !own {
		t.Errorf("%s is not among the sockets that listen", kernelForm(l.Addr().(*net.TCPAddr)))
	}
	if _, known := sameUser(&net.UnixConn{}); known {
		t.Error("of a socket of another kind nothing is known")
	}
	if who := holder(portOf(l)); !strings.Contains(who, strconv.Itoa(os.Getpid())) {
		t.Errorf("got %s", who)
	}
	port := portOf(l)
	_ = l.Close()
	if who := holder(port); who != "another process" {
		t.Errorf("nobody has it, got %s", who)
	}
}
