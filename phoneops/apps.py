from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class PhoneopsConfig(AppConfig):
    name = "phoneops"

    def ready(self) -> None:
        import_module("phoneops.checks")  # importing is what registers a check
        if settings.SENTRY_DSN:
            sentry = import_module("sentry_sdk")  # an optional dependency
            sentry.init(dsn=settings.SENTRY_DSN, send_default_pii=False)
