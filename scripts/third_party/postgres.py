"""A PostgreSQL server for the cases that read one; it lives as long as the run."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any


class Postgres:
    """Started by the first case that asks for a database. Each case gets one of its own."""

    def __init__(self) -> None:
        self.folder = ""
        self.port = 0

    def database(self, name: str, sql: str) -> int:
        """Makes a database with what sql says, and gives the port where it is served."""
        if not self.port:
            self.start()
        self.run("createdb", name)
        self.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", sql)
        return self.port

    def start(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="third-party-pg-")
        if os.getuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.run("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c timezone=UTC -c wal_level=logical -c fsync=off"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", options, "start")
        self.port = port

    def close(self) -> None:
        if self.port:
            self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *args: str) -> None:
        places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.environ["PATH"].split(":"))]
        found = next((place / program for place in places if (place / program).exists()), None)
        if found is None:
            raise FileNotFoundError(f"{program} is not there: apt install postgresql")
        server = {"PGHOST": "127.0.0.1", "PGUSER": "postgres", **({"PGPORT": str(self.port)} if self.port else {})}
        more: dict[str, Any] = {"user": "postgres"} if os.getuid() == 0 else {}
        with tempfile.TemporaryFile("w+") as log:  # a pipe would stay open: the server has it too
            done = subprocess.run(
                [found, *args], cwd=self.folder, env={**os.environ, **server}, timeout=120, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=log, **more,
            )  # fmt: skip
            log.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: {log.read()[-600:]}")
