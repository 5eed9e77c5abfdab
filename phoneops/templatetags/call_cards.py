"""What other apps add to the page of a call, which itself knows nothing of them."""

from typing import Any

from django import template

from billing.call_page import section

register = template.Library()


@register.simple_tag(takes_context=True)
def cost_card(context: dict[str, Any]) -> str:
    """For those who may see prices."""
    user = context["request"].user
    if not user.has_perm("billing.view_price"):
        return ""
    return section(
        context["call"].pk, may_add_prices=user.has_perm("billing.add_price")
    )
