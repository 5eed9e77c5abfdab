"""Publishes five hundred rules, again and again: one line of JSON for each release.

The first rule holds for every call and says the number of the release. After each line
it waits for one, so that the next release comes when this one was heard of.
"""

import json
import sys
from time import monotonic

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  (Django must be set up)

from bench import rulebook  # noqa: E402
from bench.publishing import SAYS, Published  # noqa: E402
from routing.models import RoutingRule  # noqa: E402
from routing.services import releases  # noqa: E402


def publish() -> Published:
    """As the admin does it: what is published is what was looked at before."""
    number = releases.newest_number() + 1
    rule = RoutingRule.objects.get(position=0)
    rule.message = SAYS.format(number)
    rule.save()
    author = User.objects.get_or_create(username="bench")[0]
    seen = releases.fingerprint(releases.draft_snapshot())
    began = monotonic()
    releases.publish(author=author, note="bench", seen=seen, after=number - 1)
    return Published(number, began, monotonic())


def run(rounds: int) -> None:
    rulebook.mixed()
    first = RoutingRule.objects.get(position=0)
    first.numbers.clear()
    first.groups.clear()
    first.caller_match, first.callers, first.action = "any", "", "message"
    first.save()
    for _ in range(rounds):
        print(json.dumps(publish()), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    run(int(sys.argv[1]))
