"""The closed lists of the operation, spelled once; models take their choices here."""

from enum import StrEnum


class Disposition(StrEnum):
    """How a call ended. Every call gets exactly one (the ledger equation)."""

    RESOLVED = "resolved"
    HANDED_OFF = "handed_off"
    VOICEMAIL = "voicemail"
    CALLBACK_SCHEDULED = "callback_scheduled"
    MESSAGE_TAKEN = "message_taken"
    REJECTED = "rejected"
    CLOSED_HOURS = "closed_hours"
    OVERFLOWED = "overflowed"
    CALLER_HUNG_UP_EARLY = "caller_hung_up_early"
    SPAM = "spam"
    LOST = "lost"


class CallState(StrEnum):
    """Where a call stands. It only moves forward; see `calls.core.progress`."""

    OFFERED = "offered"
    LIVE = "live"
    HANDING_OFF = "handing_off"
    WITH_PERSON = "with_person"
    VOICEMAIL = "voicemail"
    OVER = "over"
    CLOSED = "closed"


class EngineState(StrEnum):
    """Where a call stands with the provider whose model speaks and listens itself.

    expected -> deciding -> accepted -> attached -> over
                   \\-> rejected, failed

    `deciding` is a claim of one process, `attached` means that we hear and steer the
    call. `failed`: the provider could not be brought to take the call, or lost it.
    """

    EXPECTED = "expected"
    DECIDING = "deciding"
    ACCEPTED = "accepted"
    ATTACHED = "attached"
    OVER = "over"
    REJECTED = "rejected"
    FAILED = "failed"


class HandoffReason(StrEnum):
    CALLER_ASKED = "caller_asked"
    ANGRY_CALLER = "angry_caller"
    EMERGENCY = "emergency"
    OUT_OF_SCOPE = "out_of_scope"
    CANNOT_HELP = "cannot_help"
    TOOL_FAILED = "tool_failed"
    MODEL_FAILED = "model_failed"
    CONNECTION_LOST = "connection_lost"
    SILENCE = "silence"
    LIMIT_REACHED = "limit_reached"
    RULE = "rule"
    SUPERVISOR = "supervisor"
    OTHER = "other"


class HandoffResult(StrEnum):
    PENDING = "pending"
    CONNECTED = "connected"
    NOBODY = "nobody"
    CALLER_LEFT = "caller_left"


class AttemptResult(StrEnum):
    RINGING = "ringing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CALLER_LEFT = "caller_left"


class FollowUpKind(StrEnum):
    CALLBACK = "callback"
    LEAD = "lead"
    MESSAGE = "message"
    VOICEMAIL = "voicemail"


class MailState(StrEnum):
    """The mail about a call; empty while it waits to be sent."""

    SENDING = "sending"
    SENT = "sent"
    NOT_WANTED = "not_wanted"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CauseOwner(StrEnum):
    """Whose fault an incident is."""

    OURS = "ours"
    CARRIER = "carrier"
    MODEL = "model"
    CUSTOMER_TOOL = "customer_tool"
    CONFIGURATION = "configuration"
    CALLER_SIDE = "caller_side"


class IncidentKind(StrEnum):
    SOCKET_LOST = "socket_lost"
    SOCKET_REFUSED = "socket_refused"
    SESSION_FAILED = "session_failed"
    FRAME_REFUSED = "frame_refused"
    MODEL_SLOW = "model_slow"
    MODEL_ERROR = "model_error"
    TOOL_ERROR = "tool_error"
    CALL_LOST = "call_lost"
    UNKNOWN_CALL = "unknown_call"
    NO_CONFIGURATION = "no_configuration"
    JOURNAL_DELAYED = "journal_delayed"
    MAIL_FAILED = "mail_failed"
    DRIVER_FAILED = "driver_failed"
    CALLBACK_MISSING = "callback_missing"
    TRANSFER_FAILED = "transfer_failed"
    DEAD_AIR = "dead_air"
    ACCEPT_FAILED = "accept_failed"
    WEBHOOK_FAILED = "webhook_failed"
    MODEL_RETIRING = "model_retiring"
    BUDGET_REACHED = "budget_reached"
    COSTS_DISAGREE = "costs_disagree"


class EventKind(StrEnum):
    """What stands in the journal. The keys of `data` are given behind each.

    Written by the relay driver, in the call's own order of happening.
    """

    CONNECTED = "connected"  # entry, resumed, language
    GREETED = "greeted"  # text (spoken by Twilio itself on the first entry)
    CALLER_SAID = "caller_said"  # text, language
    CALLER_KEYED = "caller_keyed"  # digits
    AGENT_SAID = "agent_said"  # text, turn, first_token_ms, waiting
    AGENT_CUT = "agent_cut"  # turn, heard, heard_ms, kept (if an answer was cut)
    PRODUCT_SAID = "product_said"  # text, why (filler, apology, still_there, ...)
    TOOL_ASKED = "tool_asked"  # tool_call, name, arguments
    TOOL_ANSWERED = "tool_answered"  # tool_call, name, output, ok, ms
    FIELD_COLLECTED = "field_collected"  # name, value
    MESSAGE_TAKEN = "message_taken"  # message, callback_number
    LANGUAGE_CHANGED = "language_changed"  # language
    MODEL_FAILED = "model_failed"  # reason, turn
    HANDOFF_ASKED = "handoff_asked"  # reason, summary, asked_by
    LIMIT_WARNED = "limit_warned"  # limit (seconds, cost)
    ENDING = "ending"  # why, outcome
    DISCONNECTED = "disconnected"  # code, why
    NOTED = "noted"  # text; anything else worth keeping
    PROMPT_CHANGED = "prompt_changed"  # what (instructions, tools), by whomever
    CACHE_LOST = "cache_lost"  # what, before, after, lost (cached tokens), cost
    UNKNOWN_EVENT = "unknown_event"  # type, times, raw
    # Written by webhooks and services.
    OFFERED = "offered"  # verdict, rule
    SESSION_ENDED = "session_ended"  # session, status, error_code, seconds
    RECONNECTED = "reconnected"  # entry
    CONTACT_RINGING = "contact_ringing"  # contact, position
    CONTACT_ANSWERED = "contact_answered"  # contact, result, seconds
    VOICEMAIL_OFFERED = "voicemail_offered"
    VOICEMAIL_LEFT = "voicemail_left"  # seconds
    CARRIER_STATUS = "carrier_status"  # status
    CLOSED = "closed"  # disposition


class Ending(StrEnum):
    """Why the conversation with the agent ended, as the core sees it."""

    AGENT_ENDED = "agent_ended"
    SILENCE = "silence"
    LIMIT = "limit"
    HANDED_OFF = "handed_off"
    CALLER_LEFT = "caller_left"
    TRANSPORT_LOST = "transport_lost"
