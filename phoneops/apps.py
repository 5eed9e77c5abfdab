from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class PhoneopsConfig(AppConfig):
    name = "phoneops"

    def ready(self) -> None:
        import_module("phoneops.checks")  # importing is what registers a check
        post_migrate.connect(import_module("phoneops.roles").grant)
        if settings.SENTRY_DSN:
            sentry = import_module("sentry_sdk")  # an optional dependency
            sentry.init(dsn=settings.SENTRY_DSN, send_default_pii=False)
