"""The order in which rules are tried, as it is made by hand."""

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
    number(ordered)
    return sum(rule is not old for rule, old in zip(ordered, rules, strict=True))


@transaction.atomic
def move(chosen: Sequence[int], place: int) -> None:
    """Put these rules, in this order, where the first of them is at `place`, from 1."""
    rules = list(RoutingRule.objects.select_for_update().order_by("position", "pk"))
    by_pk = {rule.pk: rule for rule in rules}
    moved = [by_pk[pk] for pk in dict.fromkeys(chosen) if pk in by_pk]
    others = [rule for rule in rules if rule not in moved]
    number([*others[: place - 1], *moved, *others[place - 1 :]])


def number(rules: Sequence[RoutingRule]) -> None:
    for place, rule in enumerate(rules):
        if rule.position != place:
            rule.position = place
            rule.save(update_fields=["position"])


def places() -> dict[int, int]:
    """Of each rule by its primary key, counted from 1 as people do."""
    rules = RoutingRule.objects.order_by("position", "pk").values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(rules, 1)}
