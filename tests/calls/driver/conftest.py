"""Async tests run their queries on a thread whose connection nobody else closes."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections


@pytest.fixture(autouse=True)
async def _no_connection_is_left_open() -> AsyncIterator[None]:
    """Nor a journal: it goes with the runtime, which some test may just have used."""
    yield
    from calls.driver.runtime import close_runtime  # this file is read before Django

    await close_runtime()
    await sync_to_async(connections.close_all)()
