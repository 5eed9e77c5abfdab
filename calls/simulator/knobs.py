"""What can be made to go wrong, per batch or per scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from calls.simulator.realtime.knobs import RealtimeKnobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs(RealtimeKnobs):
    latency_ms: float = 0.0
    """Network delay before each webhook and each frame that the carrier sends."""
    duplicate_webhooks: float = 0.0
    """Probability that a webhook is delivered twice, with the same token."""
    reorder_callbacks: bool = False
    """Status callbacks arrive late and in any order."""
    drop_at_frame: int = 0
    """Break every relay session after so many frames from the product; 0 = never."""
    slow_reader_ms: float = 0.0
    """Pause before the carrier reads each relay frame."""
    unknown_additions: bool = False
    """The carrier sends frame types, keys and parameters nobody has heard of."""
    redirect_fires_action: bool = True
    """Whether pulling a call out of a relay session, or out of a dial to the voice
    model, by REST also calls the action.

    Twilio does not document it, so both must be survived.
    """
    stalled_model_s: float = 0.0
    """Every model answer waits so long before its first token."""
    model_error_rate: float = 0.0
    """Probability that a model request is answered with HTTP 500."""


TYPES: Mapping[str, type] = {field.name: type(field.default) for field in fields(Knobs)}


class BadKnob(ValueError):
    """A knob that does not exist or a value that it cannot take."""


def _read(name: str, value: object) -> object:
    wanted = TYPES[name]
    try:
        if wanted is bool:
            return {"true": True, "1": True, "false": False, "0": False}[
                str(value).lower()
            ]
        number = wanted(str(value))
    except (KeyError, ValueError):
        raise BadKnob(f"knob {name}: {value!r} is not a {wanted.__name__}") from None
    if number < 0:
        raise BadKnob(f"knob {name}: {value!r} is below zero")
    return number


def turn(knobs: Knobs, changes: Mapping[str, object]) -> Knobs:
    """The knobs with these changes, which come from a file or from the wire."""
    for name in changes:
        if name not in TYPES:
            known = ", ".join(sorted(TYPES))
            raise BadKnob(f"there is no knob {name!r}; the knobs are {known}")
    read = {name: _read(name, value) for name, value in changes.items()}
    return replace(knobs, **read)  # type: ignore[arg-type]  # checked against TYPES
