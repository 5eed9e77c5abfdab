"""The provider's models with the days on which they stop, for whoever is not in an
event loop."""

import asyncio
from collections.abc import Iterable
from datetime import date

from calls.providers.openai_realtime.control import Account, CallControl, ModelEntry


def list_models(account: Account) -> dict[str, date | None]:
    """Raises ProviderError."""
    return with_dates(asyncio.run(ask(account)))


async def ask(account: Account) -> list[ModelEntry]:
    control = CallControl(account)
    try:
        return await control.models()
    finally:
        await control.close()


def with_dates(entries: Iterable[ModelEntry]) -> dict[str, date | None]:
    """Without those whose date we cannot read, so that it is not taken for none."""
    found: dict[str, date | None] = {}
    for entry in entries:
        try:
            day = date.fromisoformat(entry.shutdown_date or "9999-12-31")
        except ValueError:
            continue
        found[entry.id] = day if entry.shutdown_date else None
    return found
