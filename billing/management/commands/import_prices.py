"""Takes prices from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.core.errors import BadPriceFile
from billing.services.prices import load_lines
from routing.services.audit import Doer, acting


class Command(BaseCommand):
    help = (
        "Add the prices of a CSV file. Those that are there already stay as they are, "
        "and days that were charged keep the prices they were charged with."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with (
                path.open(encoding="utf-8-sig", newline="") as lines,
                acting(Doer(by="import_prices")),
            ):
                added, known = load_lines(lines)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from None
        except BadPriceFile as bad:
            raise CommandError(str(bad)) from None
        self.stdout.write(f"{added} prices were added, {known} were there already.")
