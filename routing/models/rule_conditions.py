"""The less usual conditions of a routing rule, each with what it needs."""

import re
from collections.abc import Callable, Iterable

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from routing.core.hours import WEEKDAYS
from routing.core.matches import (
    BudgetMatch,
    ForwardedMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
)
from routing.models.caller_lists import to_caller
from routing.models.choices import (
    BUDGET_MATCHES,
    FORWARDINGS,
    HISTORIES,
    LOADS,
    VERIFICATIONS,
)

HEADER_NAME = re.compile(r"[A-Za-z0-9!%*_+`'~.-]{1,64}")
MONTH_MINUTES = 60 * 24 * 30


def lines(text: str) -> list[str]:
    return [found for line in text.splitlines() if (found := line.strip())]


def words(text: str) -> list[str]:
    """Separated by commas, spaces or lines."""
    return [word for word in re.split(r"[\s,;]+", text) if word]


class RuleConditions(models.Model):
    countries = models.CharField(
        "callers from these countries",
        max_length=200,
        blank=True,
        help_text="Two letters each, separated by commas, such as US, CA, DE.",
    )
    verification = models.CharField(
        "spoof check",
        max_length=16,
        choices=VERIFICATIONS,
        default=VerificationMatch.ANY.value,
        help_text="Carriers in the US and Canada check whether the caller may use the "
        "number (STIR/SHAKEN). Calls from elsewhere come without a check.",
    )
    forwarded = models.CharField(
        "call forwarding",
        max_length=16,
        choices=FORWARDINGS,
        default=ForwardedMatch.ANY.value,
        help_text="Not every carrier tells that a call was forwarded.",
    )
    forwarded_from = models.TextField(
        "forwarded from",
        blank=True,
        help_text="The numbers that callers dialled first, one a line with the country "
        "code, or the beginning of many followed by a star.",
    )
    history = models.CharField(
        "earlier calls",
        max_length=8,
        choices=HISTORIES,
        default=HistoryMatch.ANY.value,
        help_text="A caller is known by the number, on whichever of your lines.",
    )
    within_minutes = models.PositiveIntegerField(
        "called in the last (minutes)",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MONTH_MINUTES)],
    )
    weekdays = models.CharField(
        "on these days",
        max_length=20,
        blank=True,
        help_text="None chosen: on every day.",
    )
    since = models.TimeField(
        "from",
        null=True,
        blank=True,
        help_text="By the clock of the number that is called.",
    )
    until = models.TimeField(
        "to",
        null=True,
        blank=True,
        help_text="Earlier than “from”: it goes on past midnight.",
    )
    first_day = models.DateField("first day", null=True, blank=True)
    last_day = models.DateField(
        "last day", null=True, blank=True, help_text="This day is included."
    )
    load = models.CharField(
        "how busy it is",
        max_length=8,
        choices=LOADS,
        default=LoadScope.ANY.value,
        help_text="The calls going on when this one comes in.",
    )
    load_from = models.PositiveIntegerField(
        "from how many calls on",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text="The rule holds if at least so many calls are going on already.",
    )
    budget = models.CharField(
        "money",
        max_length=8,
        choices=BUDGET_MATCHES,
        default=BudgetMatch.ANY.value,
        help_text="The budgets of the account, of the number and of its agent.",
    )
    headers = models.TextField(
        "SIP headers",
        blank=True,
        help_text="For calls over SIP: one a line, such as X-Line: sales. A star at "
        "the end stands for anything. All of them must be there.",
    )

    class Meta:
        abstract = True

    def country_list(self) -> list[str]:
        return words(self.countries)

    def forwarded_list(self) -> list[str]:
        return lines(self.forwarded_from)

    def weekday_list(self) -> list[int]:
        return [int(day) for day in words(self.weekdays)]

    def header_list(self) -> list[tuple[str, str]]:
        pairs = (line.partition(":") for line in lines(self.headers))
        return [(name.strip(), value.strip() or "*") for name, _, value in pairs]

    def clean_conditions(self, problems: dict[str, str]) -> None:
        """What the chosen conditions have no use for is emptied."""
        if self.forwarded != ForwardedMatch.LISTED:
            self.forwarded_from = ""
        elif not self.forwarded_list():
            problems["forwarded_from"] = "List at least one number."
        if self.history != HistoryMatch.AGAIN:
            self.within_minutes = 60
        if self.load == LoadScope.ANY:
            self.load_from = 1
        checks: dict[str, Callable[[], None]] = {
            "countries": self.clean_countries,
            "forwarded_from": self.clean_forwarded_from,
            "weekdays": self.clean_weekdays,
            "until": self.clean_until,
            "last_day": self.clean_last_day,
            "headers": self.clean_headers,
        }
        for name, check in checks.items():
            try:
                check()
            except ValidationError as error:
                problems.setdefault(name, error.messages[0])

    def clean_countries(self) -> None:
        given = [word.upper() for word in words(self.countries)]
        for word in given:
            if word not in phonenumbers.SUPPORTED_REGIONS:
                raise ValidationError(
                    f"“{word}” is no country; write its two letters, such as US or DE."
                )
        self.countries = ", ".join(dict.fromkeys(given))

    def clean_forwarded_from(self) -> None:
        self.forwarded_from = "\n".join(map(to_caller, self.forwarded_list()))

    def clean_weekdays(self) -> None:
        given = words(self.weekdays)
        if not all(day in map(str, range(7)) for day in given):
            raise ValidationError("Write days as 0 (Monday) to 6 (Sunday).")
        self.weekdays = " ".join(sorted(set(given)))

    def clean_until(self) -> None:
        if self.since is not None and self.since == self.until:
            raise ValidationError(
                "It ends when it begins. Write a later time, or leave both empty for "
                "the whole day."
            )

    def clean_last_day(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError("It ends before it begins; write a later day.")

    def clean_headers(self) -> None:
        for name, _ in self.header_list():
            if not HEADER_NAME.fullmatch(name):
                raise ValidationError(
                    f"“{name}” is no name of a header; write a line such as "
                    "X-Line: sales."
                )
        self.headers = "\n".join(
            f"{name}: {value}" for name, value in self.header_list()
        )

    def time_words(self) -> str:
        """For a list: "Monday, Friday, 09:00 to 12:00"."""
        days = ", ".join(WEEKDAYS[day] for day in self.weekday_list())
        clock = span_words(self.since, self.until, "%H:%M")
        dates = span_words(self.first_day, self.last_day, "%d %b %Y")
        return ", ".join(filter(None, (days, clock, dates)))


def span_words(first: object, last: object, form: str) -> str:
    parts: Iterable[str] = (
        f"{word} {value:{form}}"
        for word, value in (("from", first), ("to", last))
        if value is not None
    )
    return " ".join(parts)
