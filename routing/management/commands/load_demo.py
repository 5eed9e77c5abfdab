from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from routing.services.audit import Doer, acting
from routing.services.demo import load_demo


class Command(BaseCommand):
    help = "Load the demo configuration and publish it. Loading it again is harmless."

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(Doer(by="load_demo")):
            release = load_demo(simulator_port=settings.SIMULATOR_PORT)
        if release is None:
            self.stdout.write("The demo configuration is loaded and published already.")
        else:
            self.stdout.write(f"The demo configuration is published as {release}.")
