from billing.admin import (
    bills,
    budgets,
    ledger,
    prices,
    reports,
    sent_reports,
    spending,
)

__all__ = [
    "bills",
    "budgets",
    "ledger",
    "prices",
    "reports",
    "sent_reports",
    "spending",
]
