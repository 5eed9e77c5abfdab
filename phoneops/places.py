"""Where the embedded engines keep their data and their sockets.

Settings and the engine manager must name the same sockets without talking to each
other, so everything here is worked out from the `VAR_DIR` alone and from what the
file system allows. Two limits shape it:

- A unix socket path has at most 107 bytes. A longer one moves the sockets (never the
  data) to a short folder in the temporary directory.
- PostgreSQL refuses to run as root, so root starts it as `nobody`. When `nobody`
  cannot walk to the `VAR_DIR` (a checkout in root's home, which is 0700), the engines'
  home moves to /var/lib, where it survives a reboot.
"""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED_USER = "nobody"
LONGEST_SOCKET_PATH = 107
DATABASE = "phoneops"
DATABASE_USER = "phoneops"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one pair of engines."""

    home: Path
    run: Path

    @property
    def postgres_data(self) -> Path:
        return self.home / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.home / "valkey"

    @property
    def postgres_socket(self) -> Path:
        return self.run / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    def is_up(self) -> bool:
        """Whether a database listens there, or did until it crashed."""
        return self.postgres_socket.exists()

    @property
    def database_url(self) -> str:
        return f"postgres://{DATABASE_USER}@/{self.run}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}"


def server_user() -> pwd.struct_passwd | None:
    """The user PostgreSQL must be started as, or None for the present one."""
    return pwd.getpwnam(UNPRIVILEGED_USER) if os.geteuid() == 0 else None


def can_walk_to(folder: Path, user: pwd.struct_passwd) -> bool:
    """Whether `user` may pass through every existing parent of `folder`."""
    return all(_may_enter(p.stat(), user) for p in folder.parents if p.exists())


def _may_enter(status: os.stat_result, user: pwd.struct_passwd) -> bool:
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def find_places(var_dir: Path, state_root: Path = Path("/var/lib")) -> Places:
    var_dir = var_dir.resolve()
    name = f"phoneops-{fingerprint(str(var_dir))}"
    user = server_user()
    reachable = user is None or can_walk_to(var_dir / "engines", user)
    home = var_dir / "engines" if reachable else state_root / name
    run = home / "run"
    if len(os.fsencode(run / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET_PATH:
        run = Path(tempfile.gettempdir()) / f"{name}-{os.geteuid()}"
    return Places(home, run)


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
