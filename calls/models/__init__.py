from calls.models.call import Call, CallEvent
from calls.models.dry_run import DryRun
from calls.models.engine import EngineSession
from calls.models.handoff import Handoff, HandoffAttempt
from calls.models.inbox import Callback
from calls.models.record import FollowUp, Incident, Recording, Usage

__all__ = [
    "Call",
    "CallEvent",
    "Callback",
    "DryRun",
    "EngineSession",
    "FollowUp",
    "Handoff",
    "HandoffAttempt",
    "Incident",
    "Recording",
    "Usage",
]
