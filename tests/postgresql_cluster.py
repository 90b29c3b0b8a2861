"""A throw-away PostgreSQL cluster for the tests: made with initdb, gone with the session."""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

DEBIAN_FOLDERS = Path("/usr/lib/postgresql")  # Debian and Ubuntu keep the server programs off the PATH
SUPERUSER = "bamai"
# Durability is worth nothing to data that lives for a test; without it the suite is several times faster.
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class PostgreSQLMissing(Exception):
    """The server programs are not installed, or there is no account to run them under."""


class PostgreSQLCluster:
    """A running cluster; `new_database()` gives the SQLAlchemy URL of a fresh, empty record database.

    It is a schema of its own: a database would be copied from a template for every test, thousands of files in all.
    """

    def __init__(self, port: int, password: str) -> None:
        self._port = port
        self._password = password
        self._schemas = 0

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user=SUPERUSER,
            password=self._password,
            dbname="postgres",
            autocommit=True,
        )

    def new_database(self) -> str:
        self._schemas += 1
        name = f"bamai_{self._schemas}"
        with self.connect() as connection:
            connection.execute(f'CREATE SCHEMA "{name}"'.encode())
        address = f"{SUPERUSER}:{self._password}@127.0.0.1:{self._port}/postgres"
        return f"postgresql+psycopg://{address}?options=-csearch_path%3D{name}"


def server_programs() -> Path:
    """The folder with initdb and postgres, the newest version first; PostgreSQLMissing when there is none."""
    folders = [path.parent for path in DEBIAN_FOLDERS.glob("*/bin/initdb")]
    folders.sort(key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)])
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    folders = [folder for folder in folders if (folder / "postgres").exists()]
    if not folders:
        raise PostgreSQLMissing(
            "no PostgreSQL server programs (initdb, postgres) found; install the package postgresql"
        )
    return folders[-1]


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends the cluster to an unprivileged account."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgreSQLMissing("running as root and no account 'postgres' or 'nobody' to start PostgreSQL under")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(programs: Path, folder: Path, password: str, identity: dict[str, object]) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o644)  # the folder itself is closed to others
    subprocess.run(
        [
            *(str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", SUPERUSER),
            *("--pwfile", str(password_file), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **identity,
    )


def _start(programs: Path, folder: Path, port: int, identity: dict[str, object]) -> subprocess.Popen[bytes]:
    settings = (
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        *FAST_AND_FORGETFUL,
    )
    # A test run that is killed must not leave a server behind: the kernel then stops it for us.
    follow = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [
                *follow,
                *(str(programs / "postgres"), "-D", str(folder / "data")),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **identity,
        )


def _wait_until_ready(cluster: PostgreSQLCluster, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL stopped at once:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            cluster.connect().close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not answer:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def running_cluster() -> Iterator[PostgreSQLCluster]:
    """Start a cluster on a free loopback port, stop and remove it afterwards."""
    programs, account = server_programs(), _account()
    identity: dict[str, object] = {}
    folder = Path(tempfile.mkdtemp(prefix="bamai-postgresql-"))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        password, port = secrets.token_hex(12), _free_port()
        _initialise(programs, folder, password, identity)
        server = _start(programs, folder, port, identity)
        try:
            cluster = PostgreSQLCluster(port, password)
            _wait_until_ready(cluster, server, folder / "server.log")
            yield cluster
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
