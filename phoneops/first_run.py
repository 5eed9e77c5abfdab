"""What a portal needs before its first call: tables, a person who may log in, a free
port, and, with simulated callers, a configuration to call."""

import io
import socket
import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from phoneops.kept import kept_secret
from routing.models import Release

ADMIN = "admin"
# So many requests may wait while the web server is started again.
BACKLOG = 1024


def prepare_database() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def prepare_configuration() -> str:
    """Publish the demo unless something has been published; say what is in force."""
    if settings.SIMULATED and not Release.objects.exists():
        call_command("load_demo", verbosity=0, stdout=io.StringIO())
    newest = Release.objects.order_by("number").last()
    return str(newest) if newest else "none yet; publish one in the admin"


def password_file() -> Path:
    return settings.VAR_DIR / "admin-password"


def prepare_admin() -> str:
    """The administrator's password as an operator should read it."""
    users = get_user_model()._default_manager
    if not users.filter(is_superuser=True).exists():
        password = kept_secret(password_file(), length=12)
        users.create_superuser(ADMIN, settings.DEFAULT_FROM_EMAIL, password)
        return password
    user = users.filter(username=ADMIN).first()
    if user and password_file().exists():
        password = password_file().read_text()
        if user.check_password(password):
            return password
    return "the one you have set"


def let_go_of_database() -> None:
    """Close connections and the pool's threads, before children are started."""
    for connection in connections.all():
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def is_free(host: str, port: int, patience: float = 10.0) -> bool:
    """Whether the port can be had; a server that is just ending gets a moment."""
    deadline = time.monotonic() + patience
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if time.monotonic() > deadline:
                    return False
            else:
                return True
        time.sleep(0.2)


def open_door() -> socket.socket:
    """The socket that the web server is to listen on."""
    address = (settings.HTTP_HOST, settings.HTTP_PORT)
    return socket.create_server(address, backlog=BACKLOG)
