#!/usr/bin/env python
"""Django's command line, with PhoneOps' settings."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import OperationalError

from phoneops.places import find_places


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if settings.EMBEDDED_DATABASE and not find_places(settings.VAR_DIR).is_up():
            sys.exit(
                f"The database of {settings.VAR_DIR} is not running. Start it with "
                "`make run`, or set DATABASE_URL to another one."
            )
        raise


if __name__ == "__main__":
    main()
