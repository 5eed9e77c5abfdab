"""What is counted and charged for, and where on a bill it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Provider(StrEnum):
    OPENAI = "openai"
    TWILIO = "twilio"


class Unit(StrEnum):
    TEXT_IN = "text_in"
    TEXT_CACHED = "text_cached"
    CACHE_WRITE = "cache_write"
    CACHE_WRITE_LONG = "cache_write_long"
    TEXT_OUT = "text_out"
    AUDIO_IN = "audio_in"
    AUDIO_CACHED = "audio_cached"
    AUDIO_OUT = "audio_out"
    IMAGE_IN = "image_in"
    IMAGE_CACHED = "image_cached"
    TRANSCRIPTION_MINUTE = "transcription_minute"
    LIVE_SECOND = "live_second"
    RELAY_MINUTE = "relay_minute"
    VOICE_IN_MINUTE = "voice_in_minute"
    VOICE_OUT_MINUTE = "voice_out_minute"
    SIP_MINUTE = "sip_minute"
    RECORDING_MINUTE = "recording_minute"
    SMS_SEGMENT = "sms_segment"
    NUMBER_MONTH = "number_month"


class Component(StrEnum):
    """The lines of a bill, in the order in which it names them."""

    LANGUAGE_MODEL = "language_model"
    VOICE_MODEL = "voice_model"
    LIVE_SESSION = "live_session"
    TRANSCRIPTION = "transcription"
    RELAY = "relay"
    INBOUND_LEG = "inbound_leg"
    OUTBOUND_LEG = "outbound_leg"
    SIP_LEG = "sip_leg"
    RECORDING = "recording"
    MESSAGE = "message"
    NUMBER = "number"


UNIT_WORDS: Mapping[Unit, str] = {
    Unit.TEXT_IN: "text tokens in",
    Unit.TEXT_CACHED: "text tokens in, from the cache",
    Unit.CACHE_WRITE: "tokens written to the cache",
    Unit.CACHE_WRITE_LONG: "tokens written to the 12-hour cache",
    Unit.TEXT_OUT: "text tokens out",
    Unit.AUDIO_IN: "audio tokens in",
    Unit.AUDIO_CACHED: "audio tokens in, from the cache",
    Unit.AUDIO_OUT: "audio tokens out",
    Unit.IMAGE_IN: "image tokens in",
    Unit.IMAGE_CACHED: "image tokens in, from the cache",
    Unit.TRANSCRIPTION_MINUTE: "minutes transcribed",
    Unit.LIVE_SECOND: "seconds of live session",
    Unit.RELAY_MINUTE: "minutes of ConversationRelay",
    Unit.VOICE_IN_MINUTE: "minutes of incoming call",
    Unit.VOICE_OUT_MINUTE: "minutes of outgoing call",
    Unit.SIP_MINUTE: "minutes over SIP",
    Unit.RECORDING_MINUTE: "minutes recorded",
    Unit.SMS_SEGMENT: "text message segments",
    Unit.NUMBER_MONTH: "months of a number",
}

COMPONENT_WORDS: Mapping[Component, str] = {
    Component.LANGUAGE_MODEL: "Language model",
    Component.VOICE_MODEL: "Voice model",
    Component.LIVE_SESSION: "Live session",
    Component.TRANSCRIPTION: "Transcription",
    Component.RELAY: "Speech by ConversationRelay",
    Component.INBOUND_LEG: "Caller's leg",
    Component.OUTBOUND_LEG: "Legs to contacts",
    Component.SIP_LEG: "SIP legs",
    Component.RECORDING: "Recordings",
    Component.MESSAGE: "Text messages",
    Component.NUMBER: "Numbers",
}

COMPONENT_ORDER = {component: place for place, component in enumerate(Component)}


@dataclass(frozen=True, slots=True)
class CarrierItem:
    """What a carrier's item is charged by; `counted` is its figure's name."""

    component: Component
    unit: Unit
    counted: str = "seconds"


CARRIER_ITEMS: Mapping[str, CarrierItem] = {
    "conversation_relay": CarrierItem(Component.RELAY, Unit.RELAY_MINUTE),
    "voice_inbound": CarrierItem(Component.INBOUND_LEG, Unit.VOICE_IN_MINUTE),
    "voice_outbound": CarrierItem(Component.OUTBOUND_LEG, Unit.VOICE_OUT_MINUTE),
    "voice_sip": CarrierItem(Component.SIP_LEG, Unit.SIP_MINUTE),
    "recording": CarrierItem(Component.RECORDING, Unit.RECORDING_MINUTE),
    "sms": CarrierItem(Component.MESSAGE, Unit.SMS_SEGMENT, "segments"),
    "number": CarrierItem(Component.NUMBER, Unit.NUMBER_MONTH, "months"),
}

CARRIER_UNITS = frozenset(item.unit for item in CARRIER_ITEMS.values())
CACHED_UNITS = frozenset({Unit.TEXT_CACHED, Unit.AUDIO_CACHED, Unit.IMAGE_CACHED})
INPUT_UNITS = CACHED_UNITS | {
    Unit.TEXT_IN,
    Unit.AUDIO_IN,
    Unit.IMAGE_IN,
    Unit.CACHE_WRITE,
    Unit.CACHE_WRITE_LONG,
}


def provider_of(unit: Unit) -> Provider:
    """Who charges by this unit."""
    return Provider.TWILIO if unit in CARRIER_UNITS else Provider.OPENAI
