"""The red bar on every page of the admin while a line is closed by hand."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone

from routing.models.closures import EmergencyClosure
from routing.services import closures

register = template.Library()


@register.inclusion_tag("admin/routing/closures_on.html", takes_context=True)
def closures_on(context: RequestContext) -> dict[str, Any]:
    """For everybody who is logged in, whatever else they may see."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_staff or context.get("is_popup"):
        return {"closures": []}
    may_look = user.has_perm("routing.view_emergencyclosure")
    rows = closures.in_force(timezone.now())
    return {
        "closures": [told(row, may_look) for row in rows],
        "may_end": user.has_perm("routing.change_emergencyclosure"),
    }


def told(row: EmergencyClosure, may_look: bool) -> dict[str, Any]:
    page = "admin:routing_emergencyclosure_change"
    who = f": {row.policy_name}" if row.policy_name else ""
    end = "" if row.reason.endswith((".", "!", "?")) else "."
    return {
        "title": str(row),
        "gets": f"{row.get_action_display()}{who}",
        "reason": f"{row.reason}{end}",
        "switched_on": closures.switched_on(row),
        "ends_at": row.ends_at,
        "address": reverse(page, args=[row.pk]) if may_look else "",
    }
