"""The form of a routing rule: what is asked of a call, and what is done with it."""

from typing import Any

from routing.admin.fields import WordsField, described
from routing.admin.pages import RoutingForm
from routing.core.ruleset import HoursMatch
from routing.models import RoutingRule
from routing.models.choices import WEEKDAYS
from routing.models.rules import NEEDS_CALLERS

NO_CALLERS = (
    "Name at least one list, number or country below, or let the rule hold for any "
    "caller."
)
DAYS = [(str(day), name) for day, name in WEEKDAYS]

FIELDSETS = (
    (None, {"fields": ("name", "numbers", "groups")}),
    (
        "When all of this holds",
        {
            "fields": (
                "caller_match",
                "caller_lists",
                "callers",
                "countries",
                "hours_match",
                "calendar",
                "more_calendars",
                "load",
                "load_from",
                "history",
                "within_minutes",
            )
        },
    ),
    (
        "On certain days or at certain times only",
        {
            "classes": ("collapse",),
            "fields": ("weekdays", "since", "until", "first_day", "last_day"),
        },
    ),
    (
        "How the call reaches us, and money",
        {
            "classes": ("collapse",),
            "fields": (
                "verification",
                "forwarded",
                "forwarded_from",
                "headers",
                "budget",
            ),
        },
    ),
    (
        "Then",
        {
            "fields": (
                "action",
                "agent",
                "second_agent",
                "second_share",
                "contact",
                "policy",
                "profile",
                "message",
                "sip_status",
                "because",
            )
        },
    ),
)
LISTED = "['listed', 'not_listed'].includes(caller_match)"
TURNED_AWAY = "['reject', 'message'].includes(action)"
# When a field is shown, in the words of the page's own script.
CONDITIONAL = {
    "caller_lists": LISTED,
    "callers": LISTED,
    "countries": LISTED,
    "calendar": "hours_match != 'any'",
    "more_calendars": "hours_match != 'any'",
    "load_from": "load != 'any'",
    "within_minutes": "history == 'again'",
    "forwarded_from": "forwarded == 'listed'",
    "agent": "action == 'accept'",
    "second_agent": "action == 'accept'",
    "second_share": "action == 'accept'",
    "contact": "action == 'divert'",
    "policy": f"!{TURNED_AWAY}",
    "profile": "action != 'reject'",
    "message": "['voicemail', 'callback', 'message'].includes(action)",
    "sip_status": TURNED_AWAY,
    "because": TURNED_AWAY,
}


class RoutingRuleForm(RoutingForm):
    weekdays = WordsField(DAYS, **described(RoutingRule, "weekdays"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            if name in self.fields:
                self.fields[name].widget.format = "%H:%M"

    def clean(self) -> dict[str, Any]:
        """What the chosen conditions have no use for is emptied here too."""
        values = super().clean() or {}
        if values.get("caller_match") not in NEEDS_CALLERS:
            values["caller_lists"] = []
        elif not any(values.get(n) for n in ("caller_lists", "callers", "countries")):
            self.add_error("callers", NO_CALLERS)
        if values.get("hours_match") == HoursMatch.ANY:
            values["more_calendars"] = []
        return values
