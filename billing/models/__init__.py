from billing.models.budgets import (
    Budget,
    BudgetReached,
    BudgetStep,
)
from billing.models.ledger import (
    CallSheet,
    CallTotal,
    Charge,
    DayPrice,
    DayTotal,
    LedgerMark,
    NumberMonth,
    RePricing,
    TestCaller,
)
from billing.models.prices import Price
from billing.models.reconciliation import (
    CarrierPrice,
    Reconciliation,
)
from billing.models.reports import (
    Delivery,
    ExchangeRate,
    ReportSubscription,
    SendState,
    SentReport,
)

__all__ = [
    "Budget",
    "BudgetReached",
    "BudgetStep",
    "CallSheet",
    "CallTotal",
    "CarrierPrice",
    "Charge",
    "DayPrice",
    "DayTotal",
    "Delivery",
    "ExchangeRate",
    "LedgerMark",
    "NumberMonth",
    "Price",
    "RePricing",
    "Reconciliation",
    "ReportSubscription",
    "SendState",
    "SentReport",
    "TestCaller",
]
