from calls.providers.openai_responses.model import Answer, ResponsesModel
from calls.providers.openai_responses.pieces import (
    Asked,
    Failed,
    Finished,
    Piece,
    Said,
)
from calls.providers.openai_responses.requests import AnswerRequest
from calls.providers.openai_responses.usage import ModelUsage, estimate_usage

__all__ = [
    "Answer",
    "AnswerRequest",
    "Asked",
    "Failed",
    "Finished",
    "ModelUsage",
    "Piece",
    "ResponsesModel",
    "Said",
    "estimate_usage",
]
