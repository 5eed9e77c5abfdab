#!/usr/bin/env python
"""Django's command line, with PhoneOps' settings."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as problem:
        if settings.EMBEDDED_DATABASE:
            problem.add_note(
                f"The database is the embedded one of {settings.VAR_DIR}. "
                "Is `make run` up there?"
            )
        raise


if __name__ == "__main__":
    main()
