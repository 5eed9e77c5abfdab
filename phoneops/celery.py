"""The Celery application. Tasks live in each app's `tasks` module."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")

app = Celery("phoneops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def leave_the_pool(**of_the_signal: Any) -> None:
    """Celery closes the pool of connections after each task, under every thread that
    has just asked it for one. A worker does one task at a time and needs none.
    """
    connections.settings["default"]["OPTIONS"].pop("pool", None)
