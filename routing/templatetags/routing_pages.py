"""The bar on every routing page that says what is not yet published."""

from typing import Any

from django import template
from django.template.context import RequestContext

from routing.services import releases

register = template.Library()


@register.inclusion_tag("admin/routing/unpublished.html", takes_context=True)
def unpublished(context: RequestContext) -> dict[str, Any]:
    if context.get("is_popup"):
        return {"count": 0}
    request = context["request"]
    return {
        "count": len(releases.unpublished_changes()),
        "may_publish": request.user.has_perm("routing.publish_release"),
    }
