"""The core's words with the names a manager reads."""

from collections.abc import Mapping
from enum import StrEnum

from routing.core.decision import Because, ListKind
from routing.core.matches import (
    BudgetMatch,
    ForwardedMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
)
from routing.core.ruleset import (
    AtLimit,
    CallerMatch,
    FieldKind,
    HoursMatch,
    Objective,
    Path,
    PolicyEnd,
    RuleAction,
    TurnDetection,
)

Choices = list[tuple[str, str]]

# Where a new row stands in an order that is made by dragging: after those dragged.
LAST = 1000


def named(names: Mapping[StrEnum, str]) -> Choices:
    """Plain texts, so that migrations import nothing of ours."""
    return [(word.value, name) for word, name in names.items()]


PATHS = named(
    {
        Path.RELAY: "Agent (relay)",
        Path.SIP: "Agent, speech to speech (SIP)",
        Path.PERSON: "People only",
    }
)
OBJECTIVES = named(
    {
        Objective.TRIAGE: "Find out what is needed and pass it on",
        Objective.LEAD_CAPTURE: "Capture a lead",
        Objective.APPOINTMENT: "Make an appointment",
        Objective.AFTER_HOURS: "Take care of callers after hours",
        Objective.SIMPLE_ROUTING: "Connect to the right person",
    }
)
FIELD_KINDS = named(
    {
        FieldKind.TEXT: "Text",
        FieldKind.NAME: "Name",
        FieldKind.PHONE: "Phone number",
        FieldKind.EMAIL: "Email address",
        FieldKind.NUMBER: "Number",
        FieldKind.DATE: "Date",
        FieldKind.YES_NO: "Yes or no",
    }
)
RULE_ACTIONS = named(
    {
        RuleAction.ACCEPT: "Let an agent answer",
        RuleAction.DIVERT: "Put through to a person",
        RuleAction.VOICEMAIL: "Send to voicemail",
        RuleAction.CALLBACK: "Offer to call back",
        RuleAction.MESSAGE: "Say something and hang up",
        RuleAction.REJECT: "Reject the call",
    }
)
# What can be done with a call for which no line is free.
OVERFLOWS = [(word, name) for word, name in RULE_ACTIONS if word != RuleAction.ACCEPT]
LIST_KINDS = named(
    {
        ListKind.BLOCK: "Blocked callers",
        ListKind.ALLOW: "Allowed callers, never blocked",
        ListKind.VIP: "VIP: priority callers",
        ListKind.STAFF: "Staff",
    }
)
VERIFICATIONS = named(
    {
        VerificationMatch.ANY: "Whatever it says",
        VerificationMatch.FULL: "The carrier vouches for the number in full (A)",
        VerificationMatch.PASSED: "The number is verified (A, B or C)",
        VerificationMatch.NOT_PASSED: "The number is not verified",
        VerificationMatch.FAILED: "The check failed: likely spoofed",
        VerificationMatch.MISSING: "There was no check",
    }
)
FORWARDINGS = named(
    {
        ForwardedMatch.ANY: "Forwarded or not",
        ForwardedMatch.FORWARDED: "Only calls that were forwarded",
        ForwardedMatch.NOT_FORWARDED: "Only calls that were not forwarded",
        ForwardedMatch.LISTED: "Only calls forwarded from these numbers",
    }
)
HISTORIES = named(
    {
        HistoryMatch.ANY: "Whether they called before or not",
        HistoryMatch.KNOWN: "Only callers who called before",
        HistoryMatch.NEW: "Only callers who never called before",
        HistoryMatch.AGAIN: "Only callers who called a short while ago",
    }
)
LOADS = named(
    {
        LoadScope.ANY: "However busy it is",
        LoadScope.NUMBER: "While the number is busy",
        LoadScope.AGENT: "While the agent is busy",
        LoadScope.ACCOUNT: "While all numbers together are busy",
    }
)
BUDGET_MATCHES = named(
    {
        BudgetMatch.ANY: "However much is spent",
        BudgetMatch.WITHIN: "While no budget has reached a warning",
        BudgetMatch.WARNED: "Once a budget has reached a warning",
        BudgetMatch.SPENT: "Once a budget is spent",
    }
)
CALLER_MATCHES = named(
    {
        CallerMatch.ANY: "Any caller",
        CallerMatch.LISTED: "Only these callers",
        CallerMatch.NOT_LISTED: "All callers but these",
        CallerMatch.WITHHELD: "Only callers who withhold their number",
    }
)
HOURS_MATCHES = named(
    {
        HoursMatch.ANY: "At any time",
        HoursMatch.OPEN: "While the calendar is open",
        HoursMatch.CLOSED: "While the calendar is closed",
    }
)
POLICY_ENDS = named(
    {
        PolicyEnd.VOICEMAIL: "The caller leaves a voicemail",
        PolicyEnd.CALLBACK: "The caller is promised a call back",
        PolicyEnd.BACK_TO_AGENT: "The caller goes back to the agent",
    }
)
AT_LIMITS = named(
    {
        AtLimit.GOODBYE: "Say goodbye and end the call",
        AtLimit.HAND_OFF: "Hand the caller to a person",
    }
)
REJECT_REASONS = named(
    {
        Because.RULE: "Rejected by a rule",
        Because.SPAM: "Spam",
        Because.CLOSED: "Closed",
        Because.OVERFLOW: "All lines busy",
    }
)
SIP_STATUSES = [
    (603, "Declined (603)"),
    (486, "Busy (486)"),
    (480, "Not reachable at the moment (480)"),
    (404, "Number does not exist (404)"),
]
WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]
METHODS: Choices = [("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")]
MODELS: Choices = [
    ("gpt-6-luna", "gpt-6-luna: quick and cheap, right for most lines"),
    ("gpt-6.1-terra", "gpt-6.1-terra: for harder conversations, ten times the price"),
    ("gpt-6-sol", "gpt-6-sol: the strongest of the first series"),
    ("gpt-6.1-sol", "gpt-6.1-sol: the strongest, always thinks before it speaks"),
]
EFFORTS: Choices = [
    ("none", "None: answers at once"),
    ("minimal", "Minimal"),
    ("low", "Low: a good balance on the phone"),
    ("medium", "Medium: callers will notice pauses"),
    ("high", "High: long pauses"),
]
# gpt-6.1-sol refuses a request without reasoning.
MODELS_THAT_ALWAYS_REASON = frozenset({"gpt-6.1-sol"})

# Suggestions only: the provider brings out new ones, and they may be written too.
VOICE_MODELS = (
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2",
    "gpt-realtime-1.5",
)
VOICES = (
    "marin",
    "cedar",
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
)
VOICE_EFFORTS: Choices = [
    ("minimal", "Minimal"),
    ("low", "Low: a good balance on the phone"),
    ("medium", "Medium: callers will notice pauses"),
    ("high", "High: long pauses"),
    ("xhigh", "Highest: very long pauses"),
]
NOISE_REDUCTIONS: Choices = [
    ("", "None"),
    ("near_field", "For a handset at the ear"),
    ("far_field", "For a speakerphone or a car"),
]
TURN_DETECTIONS = named(
    {
        TurnDetection.SILENCE: "By silence",
        TurnDetection.MEANING: "By meaning",
    }
)
EAGERNESS: Choices = [
    ("auto", "Automatic"),
    ("low", "Patient: waits up to 8 seconds"),
    ("medium", "In between: waits up to 4 seconds"),
    ("high", "Quick: waits up to 2 seconds"),
]

INPUT: Choices = [
    ("any", "Speech and keys"),
    ("speech", "Speech only"),
    ("dtmf", "Keys only"),
    ("none", "Nothing"),
]
SENSITIVITY: Choices = [("high", "High"), ("medium", "Medium"), ("low", "Low")]
NORMALISATION: Choices = [
    ("auto", "Automatic"),
    ("on", "Always"),
    ("off", "Never"),
]
TTS_PROVIDERS: Choices = [
    ("Google", "Google"),
    ("Amazon", "Amazon"),
    ("ElevenLabs", "ElevenLabs"),
]
TRANSCRIPTION_PROVIDERS: Choices = [("Deepgram", "Deepgram"), ("Google", "Google")]
SPEECH_MODELS: Choices = [
    ("nova-3-general", "nova-3-general (Deepgram): newest, most languages"),
    ("nova-2-general", "nova-2-general (Deepgram): for languages nova-3 lacks"),
    ("flux", "flux (Deepgram): tells by itself when a caller is done"),
    ("telephony", "telephony (Google): made for phone lines"),
    ("long", "long (Google): for callers who talk at length"),
]
TERMINATORS: Choices = [("#", "#"), ("*", "*")]
