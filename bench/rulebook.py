"""Configurations of five hundred rules, as the benches have them.

`mixed` is what an operation of twenty numbers might have after some years: rules of
single numbers, of the numbers of a region and of all, that ask for callers, lists,
countries, hours, days, load, budgets and headers, and split callers between agents.
`heavy` is the worst: every rule is for every number and asks for five callers, for one
of fifty calendars and for one of twenty loads, and none holds, so a call meets all.

Needs Django to be set up.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any

from routing.models import (
    Agent,
    Calendar,
    CallerList,
    Contact,
    EscalationPolicy,
    NumberGroup,
    PhoneNumber,
    RoutingRule,
)

RULES, CALENDARS, NUMBERS = 500, 50, 20
REGIONS = ("East", "West", "North", "South")
LISTS = ("Key accounts", "Suppliers", "Journalists", "Former customers")
ZONES = ("America/New_York", "Europe/Berlin", "America/Los_Angeles", "Europe/London")
COUNTRIES = ("DE", "MX", "CA", "GB", "FR")
Asked = Callable[[int], Mapping[str, Any]]
# For the numbers that no call of the bench comes from.
NOBODY = "+1202557"
EVERY_GROUP, EVERY_NUMBER = 4, 7
BUSIEST = 20  # more calls than the bench's calls find in progress


def numbers() -> list[PhoneNumber]:
    """Those of the demo and as many like the first of them as are wanted."""
    first = PhoneNumber.objects.order_by("pk")[0]
    for n in range(NUMBERS - PhoneNumber.objects.count()):
        PhoneNumber.objects.create(
            e164=f"+1202558{n:04d}",
            label=f"Line {n}",
            time_zone=ZONES[n % len(ZONES)],
            path=first.path,
            profile=first.profile,
            agent=first.agent,
            policy=first.policy,
        )
    return list(PhoneNumber.objects.order_by("pk"))


def mixed(count: int = RULES) -> None:
    RoutingRule.objects.all().delete()
    lines, lists = numbers(), caller_lists()
    groups = groups_of(lines)
    kinds, ways = list(asked(calendars())), list(done())
    for n in range(count):
        rule = RoutingRule(name=f"Rule {n}", position=n)
        for name, value in {**kinds[n % len(kinds)](n), **ways[n % len(ways)]}.items():
            setattr(rule, name, value)
        rule.save()
        if rule.caller_match == "listed" and not rule.callers and not rule.countries:
            rule.caller_lists.add(lists[n % len(lists)])
        if n % EVERY_GROUP == 0:
            rule.groups.add(groups[n // EVERY_GROUP % len(groups)])
        elif n % EVERY_NUMBER:
            rule.numbers.add(lines[n % len(lines)])


def groups_of(lines: list[PhoneNumber]) -> list[NumberGroup]:
    groups = [NumberGroup.objects.get_or_create(name=name)[0] for name in REGIONS]
    for n, line in enumerate(lines):
        groups[n % len(groups)].numbers.add(line)
    return groups


def caller_lists() -> list[CallerList]:
    kind = {"kind": "vip"}
    return [CallerList.objects.get_or_create(kind, name=name)[0] for name in LISTS]


def asked(hours: list[Calendar]) -> Iterator[Asked]:
    """What the rules ask, by their place: most of them for a caller, as in life."""

    def closed(n: int) -> Mapping[str, Any]:
        return {"hours_match": "closed", "calendar": hours[n % len(hours)]}

    def opened(n: int) -> Mapping[str, Any]:
        return {"hours_match": "open", "calendar": hours[n % len(hours)]}

    def callers(n: int) -> Mapping[str, Any]:
        named = "\n".join(f"{NOBODY}{5 * n + one:04d}" for one in range(5))
        return {"caller_match": "listed", "callers": named}

    yield callers
    yield lambda n: {"caller_match": "listed", "callers": f"+4930{n:03d}*"}
    yield lambda n: {"caller_match": "listed"}  # on one of the lists
    yield lambda n: {**callers(n), **opened(n)}
    yield lambda n: {"caller_match": "listed", "countries": COUNTRIES[n % 5]}
    yield lambda n: {**callers(n), **closed(n)}
    yield lambda n: {"load": "number", "load_from": 8 + n % 12, **opened(n)}
    yield lambda n: {"caller_match": "listed", **closed(n)}
    yield lambda n: {"history": "again", "within_minutes": 1 + n % 5, **callers(n)}
    yield lambda n: {"verification": "failed", "forwarded": "forwarded"}
    yield lambda n: {"headers": f"X-Campaign: {n}"}
    yield lambda n: {"weekdays": f"{n % 7}", "since": time(12), "until": time(12, 30)}
    yield lambda n: {**closed(n), "load": "account", "load_from": 40 + n}
    yield lambda n: {"budget": "spent", **opened(n)}
    yield lambda n: {"caller_match": "withheld", **closed(n)}
    yield lambda n: {"weekdays": f"{n % 7}", **callers(n)}


def done() -> Iterator[Mapping[str, Any]]:
    first, second = Agent.objects.order_by("pk")[:2]
    yield {"action": "accept", "agent": first}
    yield {"action": "divert", "policy": EscalationPolicy.objects.order_by("pk")[0]}
    yield {"action": "accept", "second_agent": second, "second_share": 20}
    yield {"action": "voicemail"}
    yield {"action": "callback"}
    yield {"action": "divert", "contact": Contact.objects.order_by("pk")[0]}
    yield {"action": "reject"}


def heavy() -> None:
    RoutingRule.objects.all().delete()
    hours = calendars()
    for n in range(RULES):
        RoutingRule.objects.create(
            name=f"Rule {n}",
            position=n,
            caller_match="not_listed",
            callers="\n".join(f"{NOBODY}{5 * n + one:04d}" for one in range(5)),
            hours_match="open" if n % 2 else "closed",
            calendar=hours[n % CALENDARS],
            load="number",
            load_from=BUSIEST + n % 20,
            action="reject",
        )


def calendars() -> list[Calendar]:
    found = list(Calendar.objects.filter(name__startswith="Hours "))
    for n in range(len(found), CALENDARS):
        calendar = Calendar.objects.create(
            name=f"Hours {n}", time_zone=ZONES[n % len(ZONES)]
        )
        for weekday in range(6):
            for opens, closes in ((time(8), time(12)), (time(13), time(18))):
                calendar.spans.create(weekday=weekday, opens=opens, closes=closes)
        found.append(calendar)
    return found
