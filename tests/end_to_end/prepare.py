"""`python -m tests.end_to_end.prepare`: make a portal's database ready for its calls.

Run in the portal's own environment. The demo is made independent of the hour at which
the tests run, and quick to lose patience, so that no test has to wait for long.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
django.setup()

from django.conf import settings  # noqa: E402  needs the settings
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402

from routing.models import Agent, HttpTool, RoutingRule  # noqa: E402
from routing.services import releases  # noqa: E402
from routing.services.demo import load_demo  # noqa: E402

SLOW_SECONDS = 8.0
ADMIN, PASSWORD = "admin", "a-password-for-tests"


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    load_demo(simulator_port=settings.SIMULATOR_PORT)
    RoutingRule.objects.filter(name="After hours").delete()
    Agent.objects.update(
        silence_seconds=5, filler_after=1.0, first_token_seconds=6.0, max_seconds=120
    )
    # Speech goes by much faster here than we do, so the longest of it must be long.
    Agent.objects.update(dead_air_seconds=4.0, voice_max_output_tokens=4096)
    HttpTool.objects.update(timeout=2.0)
    add_slow_tool()
    releases.publish(author=None, note="End to end")
    users = get_user_model()._default_manager
    users.create_superuser(ADMIN, "admin@example.com", PASSWORD)


def add_slow_tool() -> None:
    """One that may take its time, so that a test can do something meanwhile."""
    tool = HttpTool.objects.get(name="check_opening_slots")
    tool.pk, tool.name, tool.timeout = None, "check_warehouse", SLOW_SECONDS
    tool.save()
    for agent in Agent.objects.all():
        agent.tools.add(tool)


if __name__ == "__main__":
    main()
