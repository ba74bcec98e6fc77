"""Stands in for the internet: a proxy on loopback that answers every request by a table.

Connectors are run as they are, with HTTP_PROXY and HTTPS_PROXY set and a certificate
authority of this run trusted, so that a source may ask https://api.example.com and gets
what apis.py says. What no rule knows is answered with 404 and noted.
"""

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]
Api = Callable[[str, str, dict[str, str], str], Answer]  # method, path, query, body


MARK = "\n# third-party tests\n"


class Authority:
    """A certificate authority that lives as long as the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key, self.cert = folder / "ca.key", folder / "ca.pem"
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=third-party tests",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", str(self.key), "-out", str(self.cert),
        )  # fmt: skip

    def context(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._make(host)
            return self._contexts[host]

    def _make(self, host: str) -> ssl.SSLContext:
        base = self.folder / host.replace("*", "_")
        key, request, cert, extra = (str(base) + end for end in (".key", ".csr", ".pem", ".ext"))
        name = "IP" if host.replace(".", "").isdigit() else "DNS"
        Path(extra).write_text(f"subjectAltName={name}:{host}\nextendedKeyUsage=serverAuth\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host[:60]}", "-keyout", key, "-out", request)
        self._openssl(
            "x509", "-req", "-in", request, "-CA", str(self.cert), "-CAkey", str(self.key), "-CAcreateserial",
            "-days", "30", "-extfile", extra, "-out", cert,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context

    @staticmethod
    def _openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Network:
    """The proxy; environment() is what makes a connector use it."""

    def __init__(self, folder: Path, apis: dict[str, Api]) -> None:
        self.authority = Authority(folder)
        self.apis = apis
        self.unknown: list[str] = []
        self.asked = 0
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_CONNECT(self) -> None:
                host = self.path.rsplit(":", 1)[0]
                self.send_response(200, "Connection established")
                self.end_headers()
                self.wfile.flush()
                try:
                    self.connection = network.authority.context(host).wrap_socket(self.connection, server_side=True)
                except (ssl.SSLError, OSError):
                    self.close_connection = True
                    return
                self.rfile = self.connection.makefile("rb", -1)
                self.wfile = self.connection.makefile("wb", 0)
                self.tunnel = host
                self.close_connection = False

            def reply(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("utf-8", "replace") if length else ""
                url = urlsplit(self.path)
                host = getattr(self, "tunnel", None) or url.hostname or (self.headers.get("Host") or "").split(":")[0]
                status, answer, *more = network.answer(host, self.command, url.path, dict(parse_qsl(url.query)), body)
                data = answer if isinstance(answer, bytes) else (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                headers = {"Content-Type": "application/json", **(more[0] if more else {})}
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_HEAD = do_PATCH = reply

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET

            def handle_error(self, *args: Any) -> None:
                pass  # a connector that was killed in the middle of a request

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, host: str, method: str, path: str, query: dict[str, str], body: str) -> Answer:
        self.asked += 1
        api = self.apis.get(host)
        if api is not None:
            return api(method, path, query, body)
        self.unknown.append(f"{method} {host}{path}")
        return 404, {"error": "no such host in this test"}

    def trusted_by(self, venv: Path) -> None:
        """Adds the authority to the bundle of certifi: not every use of requests looks at the variables."""
        ours = self.authority.cert.read_text()
        for bundle in venv.glob("lib/python*/site-packages/certifi/cacert.pem"):
            theirs = bundle.read_text().split(MARK)[0]
            bundle.unlink()  # it may be a link into a cache
            bundle.write_text(theirs + MARK + ours)

    def environment(self) -> dict[str, str]:
        proxy = "http://127.0.0.1:%d" % self.server.server_address[1]
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        cert = str(self.authority.cert)
        return {
            **dict.fromkeys(names, proxy), "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": cert, "SSL_CERT_FILE": cert, "CURL_CA_BUNDLE": cert,
        }  # fmt: skip
