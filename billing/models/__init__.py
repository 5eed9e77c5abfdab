from billing.models.prices import Price
from billing.models.reports import (
    Delivery,
    ExchangeRate,
    ReportSubscription,
    SendState,
    SentReport,
)

__all__ = [
    "Delivery",
    "ExchangeRate",
    "Price",
    "ReportSubscription",
    "SendState",
    "SentReport",
]
