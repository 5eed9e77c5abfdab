"""Where the embedded engines live, worked out without asking anybody."""

import os
import tempfile
from pathlib import Path

import pytest

from phoneops.places import LONGEST_SOCKET_PATH, find_places


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("as_somebody")
def test_everything_lies_below_the_var_folder() -> None:
    places = find_places(Path("/srv/phoneops/var"))
    assert places.postgres_data == Path("/srv/phoneops/var/engines/postgres")
    assert places.database_url == (
        "postgres://phoneops@//srv/phoneops/var/engines/run/phoneops"
    )
    assert places.redis_url == "unix:///srv/phoneops/var/engines/run/valkey.sock"


@pytest.mark.usefixtures("as_somebody")
def test_a_path_too_long_for_a_socket_moves_the_sockets_but_not_the_data() -> None:
    var_dir = Path("/srv") / ("long" * 30)
    places = find_places(var_dir)
    assert places.home == var_dir / "engines"
    assert places.run.parent == Path(tempfile.gettempdir())
    assert len(os.fsencode(places.run / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH


@pytest.mark.usefixtures("as_somebody")
def test_every_process_finds_the_same_places() -> None:
    var_dir = Path("/srv") / ("long" * 30)
    assert find_places(var_dir) == find_places(var_dir)
    assert find_places(var_dir).run != find_places(Path(f"{var_dir}2")).run


@pytest.mark.usefixtures("as_root")
def test_root_moves_the_data_where_the_database_server_can_reach_it(
    tmp_path: Path,
) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    places = find_places(private / "phoneops" / "var", state_root=tmp_path)
    assert places.home.parent == tmp_path
    assert places.home.name.startswith("phoneops-")


@pytest.mark.usefixtures("as_root")
def test_root_keeps_the_data_in_the_var_folder_where_that_can_be_reached() -> None:
    assert find_places(Path("/srv/var")).home == Path("/srv/var/engines")
