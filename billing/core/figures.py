"""From the figures of one usage event to quantities of units.

Four shapes come from OpenAI: the text model's (`input_tokens_details`), the voice
model's (`input_token_details`, tokens split by modality), the transcription's (with
a `type`), and the live session's (`seconds`). Cached and newly cached tokens are a
part of the input, reasoning a part of the output. What comes from Twilio is counted
in whole minutes of each leg, in segments or in months.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from billing.core.reading import NOTHING, PLACES, Notes, Why
from billing.core.units import CARRIER_ITEMS, Component, Provider, Unit
from calls.core.meter import Measured

MINUTE = Decimal(60)
# Above this a text model charges more for the whole answer; no price says how much.
LONG_INPUT = Decimal(272_000)

Figures = Mapping[str, object]
MODALITIES = (
    ("text_tokens", Unit.TEXT_IN, Unit.TEXT_CACHED, Unit.TEXT_OUT),
    ("audio_tokens", Unit.AUDIO_IN, Unit.AUDIO_CACHED, Unit.AUDIO_OUT),
    ("image_tokens", Unit.IMAGE_IN, Unit.IMAGE_CACHED, None),
)


def read_figures(measured: Measured) -> Notes:
    """Never raises, whatever the figures are."""
    notes = Notes()
    figures: object = measured.figures  # read from JSON, so it may be anything
    if not isinstance(figures, Mapping):
        notes.doubt("figures", Why.UNREADABLE)
    elif measured.provider == Provider.OPENAI:
        read_model(notes, measured.item, figures)
    elif measured.provider == Provider.TWILIO:
        read_carrier(notes, measured.item, figures)
    else:
        notes.doubt(str(measured.provider), Why.UNKNOWN_ITEM)
    return notes


def read_carrier(notes: Notes, name: str, figures: Figures) -> None:
    item = CARRIER_ITEMS.get(name)
    if item is None:
        notes.doubt("figures", Why.UNKNOWN_ITEM)
    elif item.counted != "seconds":
        notes.put(item.component, item.unit, notes.needed(figures, item.counted))
    elif (minutes := notes.optional(figures, "minutes")) is not None:
        notes.put(item.component, item.unit, minutes)
    else:
        seconds = notes.needed(figures, "seconds")
        notes.put(item.component, item.unit, whole_minutes(seconds))


def whole_minutes(seconds: Decimal) -> Decimal:
    """Every begun minute of a leg is charged."""
    return (seconds / MINUTE).to_integral_value(ROUND_CEILING)


def read_model(notes: Notes, item: str, figures: Figures) -> None:
    kind = figures.get("type")
    if kind == "duration":
        minutes = (notes.needed(figures, "seconds") / MINUTE).quantize(PLACES)
        notes.put(Component.TRANSCRIPTION, Unit.TRANSCRIPTION_MINUTE, minutes)
    elif kind == "tokens":
        read_transcription(notes, figures)
    elif "input_token_details" in figures or "output_token_details" in figures:
        read_voice(notes, figures)
    elif "input_tokens" in figures or "output_tokens" in figures:
        # Without details nobody knows how much of a voice model's tokens is audio,
        # which costs eight times the text.
        read = read_voice if "realtime" in item else read_text
        read(notes, figures)
    elif "seconds" in figures:
        seconds = notes.count(figures, "seconds")
        notes.put(Component.LIVE_SESSION, Unit.LIVE_SECOND, seconds)
    else:
        notes.doubt("figures", Why.UNREADABLE)


def read_text(notes: Notes, figures: Figures) -> None:
    total = notes.needed(figures, "input_tokens")
    details = notes.section(figures, "input_tokens_details")
    cached = within(
        notes, "cached_tokens", notes.count(details, "cached_tokens"), total
    )
    written = notes.count(details, "cache_write_tokens")
    written = within(notes, "cache_write_tokens", written, total - cached)
    kept = notes.section(details, "cache_write_tokens_details")
    long = notes.count(kept, "ttl_12h_tokens")
    long = within(notes, "ttl_12h_tokens", long, written)
    if total > LONG_INPUT:
        notes.doubt("input_tokens", Why.LONG_INPUT)
    model = Component.LANGUAGE_MODEL
    notes.put(model, Unit.TEXT_IN, total - cached - written)
    notes.put(model, Unit.TEXT_CACHED, cached)
    notes.put(model, Unit.CACHE_WRITE, written - long)
    notes.put(model, Unit.CACHE_WRITE_LONG, long)
    notes.put(model, Unit.TEXT_OUT, notes.needed(figures, "output_tokens"))


def within(notes: Notes, what: str, part: Decimal, whole: Decimal) -> Decimal:
    """A part is never larger than what it is a part of."""
    if part > whole:
        notes.doubt(what, Why.INCONSISTENT, part - whole)
        return whole
    return part


def read_transcription(notes: Notes, figures: Figures) -> None:
    """What is not told apart was heard, and so is audio; what comes out is text."""
    details = notes.section(figures, "input_token_details")
    text = notes.count(details, "text_tokens")
    audio = notes.count(details, "audio_tokens")
    total = notes.optional(figures, "input_tokens")
    if total is None and not details:
        notes.doubt("input_tokens", Why.MISSING)
    elif total is not None:
        audio += max(NOTHING, total - text - audio)
    kind = Component.TRANSCRIPTION
    notes.put(kind, Unit.TEXT_IN, text)
    notes.put(kind, Unit.AUDIO_IN, audio)
    notes.put(kind, Unit.TEXT_OUT, notes.needed(figures, "output_tokens"))


def read_voice(notes: Notes, figures: Figures) -> None:
    taken = notes.section(figures, "input_token_details")
    given = notes.section(figures, "output_token_details")
    came = [notes.count(taken, name) for name, *_ in MODALITIES]
    went = [notes.count(given, name) for name, *_ in MODALITIES]
    add_up(notes, figures, "input_tokens", sum(came))
    add_up(notes, figures, "output_tokens", sum(went))
    cached = cached_of(notes, taken, came)
    for place, (name, fresh_unit, cached_unit, out_unit) in enumerate(MODALITIES):
        model = Component.VOICE_MODEL
        notes.put(model, fresh_unit, came[place] - cached[place])
        notes.put(model, cached_unit, cached[place])
        if out_unit is not None:
            notes.put(model, out_unit, went[place])
        elif went[place]:
            notes.doubt(name, Why.UNKNOWN_KIND, went[place])


def add_up(notes: Notes, figures: Figures, key: str, parts: Decimal | int) -> None:
    """The parts are charged; a total that says otherwise is a reason for doubt."""
    if key not in figures and not parts:
        notes.doubt(key, Why.MISSING)
    total = notes.optional(figures, key)
    if total is not None and total != parts:
        why = Why.UNKNOWN_KIND if total > parts else Why.INCONSISTENT
        notes.doubt(key, why, abs(total - parts))


def cached_of(notes: Notes, taken: Figures, came: list[Decimal]) -> list[Decimal]:
    """The cached part of each modality.

    Cached tokens whose modality is not told are taken for text first: instructions
    and tools stand in front of what the caller said, and text saves the least.
    """
    details = notes.section(taken, "cached_tokens_details")
    cached = [
        within(notes, "cached_tokens_details", notes.count(details, name), came[place])
        for place, (name, *_) in enumerate(MODALITIES)
    ]
    rest = max(NOTHING, notes.count(taken, "cached_tokens") - sum(cached))
    for place, most in enumerate(came):
        more = min(rest, most - cached[place])
        cached[place] += more
        rest -= more
    if rest:
        notes.doubt("cached_tokens", Why.INCONSISTENT, rest)
    return cached
