"""Public holidays by place, from the maintained library `holidays`.

A place is "US" or, with a part of the country, "US-NY". The holidays of a year are
worked out when that year is first asked for, and kept. Nothing is stored with a
release: what a parliament decides next year comes with an update of the library.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

NONE: Mapping[date, str] = {}


@lru_cache(maxsize=4096)
def public_holidays(place: str, year: int) -> Mapping[date, str]:
    """Their names by date; empty for a place that is not known (any more)."""
    country, _, part = place.partition("-")
    if not country:
        return NONE
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        return NONE
    return {day: name for day, name in found.items() if day.year == year}


def is_known(place: str) -> bool:
    return place in places()


@lru_cache(maxsize=1)
def places() -> Mapping[str, str]:
    """What a place is called, by its code, in the order of the names."""
    names = {codes[1]: module for module, codes in COUNTRIES.items()}
    found = {}
    for code, parts in holidays.list_supported_countries(include_aliases=False).items():
        country = names.get(code, code).replace("_", " ").title()
        found[code] = country
        found |= {f"{code}-{part}": f"{country}, {part}" for part in parts}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))
