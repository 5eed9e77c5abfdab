"""One pair of throw-away engines for a whole test run.

The settings read their addresses from the environment, so this runs before Django
does. Worker processes of a parallel run inherit the environment and start nothing.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from phoneops.engines import Engine, Postgres, Valkey
from phoneops.places import Places

OF_THE_MACHINE = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "OPENAI_PROJECT_ID",
    "OPENAI_WEBHOOK_SECRET",
    "PUBLIC_BASE_URL",
    "OPENAI_BASE_URL",
    "TWILIO_API_BASE_URL",
    "SENTRY_DSN",
    "EMAIL_URL",
    "TEAM_EMAILS",
    "DEBUG",
)


@contextmanager
def surroundings() -> Iterator[None]:
    """An environment that owes nothing to the machine: no keys, no files of ours."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # the database server's user must pass through
        for name in OF_THE_MACHINE:
            os.environ.pop(name, None)
            os.environ.pop(f"{name}_FILE", None)
        (folder / "var" / "static").mkdir(parents=True)
        os.environ["ENV_FILE"] = str(folder / "no-env-file")
        os.environ["ROUTING_REFRESH_SECONDS"] = "0"  # look, do not follow
        os.environ["VAR_DIR"] = str(folder / "var")
        places = short_places(folder)
        if not os.environ.get("DATABASE_URL"):
            serve(stack, Postgres(places, durable=False))
            os.environ["DATABASE_URL"] = places.database_url
        if not os.environ.get("REDIS_URL"):
            serve(stack, Valkey(places, durable=False))
            os.environ["REDIS_URL"] = places.redis_url
        yield


def short_places(folder: Path) -> Places:
    """Engines below a temporary folder, which is always short enough for sockets."""
    return Places(home=folder / "engines", run=folder / "engines" / "run")


def serve(stack: ExitStack, engine: Engine) -> None:
    stack.callback(engine.stop)
    engine.start()
