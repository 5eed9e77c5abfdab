"""Twilio: is the account ours to use, and does each number ask this portal?"""

from collections.abc import Iterable, Iterator
from urllib.parse import urldefrag, urlsplit

from django.conf import settings

from calls.errors import ProviderError
from calls.providers.twilio.rest import (
    Account,
    Carrier,
    CarrierAccount,
    CarrierNumber,
)
from phoneops.doctor.finding import Finding, fail, ok, warn, way_out
from routing.core.callers import spaced
from routing.core.ruleset import Number

TWILIO = "Twilio"
CONSOLE = "In the Twilio console, at the number's voice settings,"


def look(numbers: Iterable[Number]) -> Iterator[Finding]:
    carrier = Carrier(
        Account(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_API_BASE_URL,
        )
    )
    try:
        account = carrier.account()
        owned = {number.e164: number for number in carrier.numbers()}
    except ProviderError as problem:
        yield unreachable(problem)
        return
    yield look_at_account(account, len(owned))
    for number in numbers:
        yield from look_at_number(number, owned.get(number.e164))


def look_at_account(account: CarrierAccount, numbers: int) -> Finding:
    if account.status != "active":
        remedy = "Settle it in the Twilio console; until then no call comes in."
        return fail(TWILIO, f"the account is {account.status}", remedy)
    if account.trial:
        return warn(
            TWILIO,
            "a trial account: it plays a notice to callers and rings verified people "
            "only",
            "Upgrade it before callers depend on it.",
        )
    return ok(TWILIO, f"answers; the account has {numbers} numbers")


def unreachable(problem: ProviderError) -> Finding:
    if problem.retryable:
        remedy = way_out("TWILIO_API_BASE_URL")
    else:
        remedy = (
            "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: the first token named "
            "must be a valid one."
        )
    return fail(TWILIO, str(problem), remedy)


def look_at_number(number: Number, there: CarrierNumber | None) -> Iterator[Finding]:
    subject = number.label
    if there is None:
        yield fail(
            subject,
            f"{spaced(number.e164)} is not a number of this account",
            "Correct the number in the admin, or TWILIO_ACCOUNT_SID.",
        )
        return
    problems = [*asked_elsewhere(number, there), *side_effects(number, there)]
    yield from problems
    if not problems:
        does = "is connected to a SIP trunk" if number.trunk else "asks this portal"
        yield ok(subject, f"{spaced(number.e164)} {does}")


def asked_elsewhere(number: Number, there: CarrierNumber) -> Iterator[Finding]:
    """Why a call to it would not come to us."""
    ours = f"{settings.PUBLIC_BASE_URL}/twilio/voice/"
    if number.trunk and not there.trunk:
        yield fail(
            number.label,
            "is not connected to a SIP trunk",
            "Connect it to the trunk that leads to the voice model, or switch off "
            "“connected by a bare SIP trunk” in the admin.",
        )
    elif there.trunk and not number.trunk:
        yield fail(
            number.label,
            "is connected to a SIP trunk, so Twilio does not ask this portal",
            "Take it off the trunk, or switch on “connected by a bare SIP trunk” in "
            "the admin.",
        )
    elif there.application:
        yield warn(
            number.label,
            "is handled by a TwiML application, whose address is not looked at here",
            f"See that the application's voice URL is {ours}, with POST.",
        )
    elif not there.trunk and not is_same(there.voice_url, ours):
        yield fail(
            number.label,
            f"Twilio asks {there.voice_url or 'nobody'} when a call comes in",
            f"{CONSOLE} set “A call comes in” to {ours}, with POST.",
        )
    elif not there.trunk and there.voice_method.upper() != "POST":
        yield fail(
            number.label,
            f"Twilio asks with {there.voice_method}",
            f"{CONSOLE} choose HTTP POST.",
        )


def side_effects(number: Number, there: CarrierNumber) -> Iterator[Finding]:
    """What does not keep calls from us but is missed when something happens."""
    if there.trunk or there.application:
        return
    status = f"{settings.PUBLIC_BASE_URL}/twilio/status/"
    if not is_same(there.status_url, status):
        yield warn(
            number.label,
            f"Twilio reports the end of calls to {there.status_url or 'nobody'}",
            f"{CONSOLE} set “Call status changes” to {status}. Without it a call "
            "whose connection breaks counts as going on for another minute.",
        )
    if not there.fallback_url:
        yield warn(
            number.label,
            "has no VoiceFallbackUrl: when this portal is down, callers hear an error",
            f"{CONSOLE} set “Primary handler fails” to a TwiML Bin that rings a "
            "person.",
        )
    elif host_of(there.fallback_url) == host_of(settings.PUBLIC_BASE_URL):
        yield warn(
            number.label,
            "has a VoiceFallbackUrl that leads to this portal",
            f"{CONSOLE} set “Primary handler fails” to an address that works when "
            "this portal does not, such as a TwiML Bin.",
        )


def is_same(url: str, ours: str) -> bool:
    """What stands behind # tells Twilio how to connect, and is not sent."""
    return urldefrag(url).url == ours


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
