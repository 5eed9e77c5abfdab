"""What a voice provider says of a call that has reached it, in our words."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Announced:
    """All of it but `engine`, `provider_call` and `at` comes from the call's sender.

    `references` are ours, if the call was sent on by us. `dialled` are the numbers
    that it may be for, the likeliest first. `sip_call_id` is the same in the
    announcements of all of the provider's engines. `headers` are the first of each
    name that rules may ask for.
    """

    engine: str
    provider_call: str
    at: datetime
    references: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()
    caller: str = ""
    caller_name: str = ""
    sip_call_id: str = ""
    headers: tuple[tuple[str, str], ...] = ()
