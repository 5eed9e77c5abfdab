"""What a call may ask about money. `settings.CALLS_METER` names the class.

Both questions are answered from memory: they are asked on the path of a live call,
where nothing waits for the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from routing.core.standing import Budgets

CARRIER = "twilio"
# The leg from the carrier to a voice model.
SIP_LEG = "voice_sip"


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing a provider charges for, with the provider's own figures.

    `provider` is "openai" or "twilio". For a model's answer `item` is the model and
    `figures` are its token counts as given; for connection time `item` is
    "conversation_relay" or "voice_inbound" and `figures` is {"seconds": n}.
    """

    provider: str
    item: str
    figures: Mapping[str, object]
    at: datetime


class Meter(Protocol):
    def price(self, measured: Measured) -> Decimal | None:
        """In US dollars, with the price valid at that time; None if none is known."""
        ...

    def budgets(self) -> Budgets:
        """Where all budgets stand: of the account, of each number and each agent.

        At most a few seconds old.
        """
        ...
