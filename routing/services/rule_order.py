"""The order in which rules are tried, as it is made by dragging."""

from collections.abc import Sequence

from django.db import transaction

from routing.models import RoutingRule


@transaction.atomic
def reorder(shown: Sequence[int]) -> int:
    """Put the rules of one page into this order, and say how many have moved.

    A page may show a few rules of many, those of one number for example. They take
    the places among themselves that they had together; all others stay.
    """
    rules = list(RoutingRule.objects.select_for_update().order_by("position", "pk"))
    by_pk = {rule.pk: rule for rule in rules}
    wanted = [by_pk[pk] for pk in dict.fromkeys(shown) if pk in by_pk]
    given = {rule.pk for rule in wanted}
    following = iter(wanted)
    ordered = [next(following) if rule.pk in given else rule for rule in rules]
    moved = 0
    for place, rule in enumerate(ordered):
        if rule.position != place:
            moved += rule is not rules[place]
            rule.position = place
            rule.save(update_fields=["position"])
    return moved
