"""Whoever sends a request is who did what it changed."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from routing.services.audit import Doer, acting


@sync_and_async_middleware
def sign_changes(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            with acting(doer_of(request)):
                response: HttpResponseBase = await get_response(request)
                return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        with acting(doer_of(request)):
            response: HttpResponseBase = get_response(request)
            return response

    return answer


def doer_of(request: HttpRequest) -> Doer:
    """The session is read only if something is written, which webhooks never do."""

    def user() -> User | None:
        asking = getattr(request, "user", None)
        return asking if isinstance(asking, User) else None

    return Doer(user)
