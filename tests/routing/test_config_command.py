"""`manage.py config`, as an engineer meets it."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from routing.models import PhoneNumber, Release
from routing.services import config, releases
from tests import makers_routing as make
from tests.routing.services.config.files import RIGHT, with_change

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "configuration.yaml"
    path.write_text(RIGHT)
    return path


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("config", *arguments, stdout=said)
    return said.getvalue()


def test_export_and_import_give_the_same_bytes(file: Path) -> None:
    run("import", str(file))
    first = run("export")
    file.write_text(first)
    assert "nothing changes" in run("import", str(file))
    assert run("export") == first


def test_import_tells_the_changes_and_leaves_publishing_to_a_person(file: Path) -> None:
    said = run("import", str(file))
    assert "7 changes to the draft:" in said or "8 changes to the draft:" in said
    assert "Number “Main line”: added" in said
    assert "Publish it in the admin." in said
    assert not Release.objects.exists()


def test_import_publishes_with_a_note(file: Path) -> None:
    said = run("import", str(file), "--publish", "--note", "New line")
    assert "Release 1 is published." in said
    assert Release.objects.get().note == "New line"
    assert "There is nothing to publish." in run("import", str(file), "--publish")


def test_a_dry_run_changes_nothing(file: Path) -> None:
    assert "Nothing was imported." in run("import", str(file), "--dry-run")
    assert not PhoneNumber.objects.exists()


def test_a_wrong_file_is_refused_whole(file: Path) -> None:
    file.write_text(with_change("Europe/Berlin", "Europe/Berln"))
    with pytest.raises(CommandError) as refusal:
        run("import", str(file), "--publish")
    assert "Nothing was imported. The configuration has a problem:" in str(
        refusal.value
    )
    assert "Line 4: calendar “Office hours”, time_zone:" in str(refusal.value)
    assert not PhoneNumber.objects.exists()


def test_what_cannot_be_published_is_not_imported_either(file: Path) -> None:
    run("import", str(file))
    text = with_change(
        "        greeting: Hello.\n",
        "        greeting: Hello.\n        voice: en-GB-Chirp3-HD-Aoede\n",
    )
    file.write_text(text)
    with pytest.raises(CommandError):
        run("import", str(file), "--publish")
    assert not Release.objects.exists()


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("import", "/nowhere/configuration.yaml")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = SimpleNamespace(buffer=io.BytesIO(RIGHT.encode()), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", given)
    run("import", "-")
    assert PhoneNumber.objects.count() == 1


def test_a_release_is_exported_as_it_was() -> None:
    number = make.make_number(label="Before")
    make.publish()
    before = config.written(config.draft_document())
    PhoneNumber.objects.filter(pk=number.pk).update(label="After")
    assert run("export", "--release", "1") == before
    with pytest.raises(CommandError, match="Release 9 does not exist"):
        run("export", "--release", "9")


def test_a_release_of_an_older_version_says_so() -> None:
    make.publish()
    Release.objects.update(document=None)
    with pytest.raises(CommandError, match="could not go back yet"):
        run("export", "--release", "1")
    assert releases.newest_number() == 1


def test_the_schema_is_written() -> None:
    assert '"title": "PhoneOps configuration"' in run("schema")
