"""`manage.py config export > FILE`, `manage.py config import FILE [--publish]`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.core.readable import Change
from routing.errors import ConfigRefused, RoutingError
from routing.services import config, releases
from routing.services.audit import Doer, acting
from routing.services.config.importing import decoded, take
from routing.services.config.schema import written_schema

STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = "Write the whole configuration into a file, or take it from one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        export = words.add_parser(
            "export", help="write the draft, or a release, as YAML to standard output"
        )
        export.add_argument(
            "--release", type=int, help="this release instead of the draft"
        )
        taking = words.add_parser(
            "import", help="make the draft equal to a file, or to standard input (-)"
        )
        taking.add_argument(
            "file", help="a file written by export; - is standard input"
        )
        taking.add_argument(
            "--publish", action="store_true", help="publish the draft afterwards"
        )
        taking.add_argument("--note", default="", help="the note of the release")
        taking.add_argument(
            "--dry-run", action="store_true", help="only say what would change"
        )
        taking.add_argument(
            "--yes", action="store_true", help="do not ask, even at a terminal"
        )
        words.add_parser("schema", help="write the JSON Schema of such files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["word"]:
                case "export":
                    self.stdout.write(exported(options["release"]), ending="")
                case "import":
                    with acting(Doer(by="config import")):
                        self.take(options)
                case _:
                    self.stdout.write(written_schema(), ending="")
        except ConfigRefused as refusal:
            count = len(refusal.problems)
            found = "a problem" if count == 1 else f"{count} problems"
            raise CommandError(
                f"Nothing was imported. The configuration has {found}:\n{refusal}"
            ) from None
        except RoutingError as refusal:
            raise CommandError(str(refusal)) from None

    def take(self, options: dict[str, Any]) -> None:
        document, lines = config.read(self.text_of(options["file"]))
        seen = releases.fingerprint(releases.draft_snapshot())
        changes = config.preview(document, lines)
        self.tell(changes)
        if options["dry_run"] or (changes and not self.agreed(options)):
            self.stdout.write("Nothing was imported.")
            return
        publishing = options["publish"]
        note = options["note"] or "Imported from a file"
        release = take(
            document, lines, seen=seen, publish=publishing, author=None, note=note
        )
        if release is not None:
            self.stdout.write(f"{release} is published.")
        elif publishing:
            self.stdout.write("There is nothing to publish.")
        elif changes:
            self.stdout.write("The draft holds it now. Publish it in the admin.")

    def text_of(self, name: str) -> str:
        try:
            if name == STANDARD_INPUT:
                return decoded(sys.stdin.buffer.read())
            return decoded(Path(name).read_bytes())
        except OSError as problem:
            raise CommandError(f"{name}: {problem.strerror}.") from None

    def tell(self, changes: list[Change]) -> None:
        if not changes:
            self.stdout.write("The draft is what the file says; nothing changes.")
            return
        count = "One change" if len(changes) == 1 else f"{len(changes)} changes"
        self.stdout.write(f"{count} to the draft:")
        for change in changes:
            self.stdout.write(in_words(change))

    def agreed(self, options: dict[str, Any]) -> bool:
        """At a terminal a person is asked; a script has said what it wants."""
        asked = options["file"] != STANDARD_INPUT and sys.stdin.isatty()
        if options["yes"] or not asked:
            return True
        return input("Make these changes? [y/N] ").strip().lower() in ("y", "yes")


def exported(release: int | None) -> str:
    if release is None:
        return config.written(config.draft_document())
    return config.written(releases.document_of(release))


def in_words(change: Change) -> str:
    if not change.field:
        return f"  {change.record}: {change.new or change.old}"
    old, new = change.old_excerpt or "(empty)", change.new_excerpt or "(empty)"
    if "\n" not in old + new:
        return f"  {change.record}, {change.field}: {old} -> {new}"
    before, after = indented(old), indented(new)
    return f"  {change.record}, {change.field}:\n{before}\n    ->\n{after}"


def indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())
