"""Work about money that is done by the clock. Celery looks for tasks here."""

from billing.tasks.bills import compare_bill, compare_bills
from billing.tasks.budgets import watch_budgets
from billing.tasks.ledger import keep_ledger, price_days_again, tidy_ledger
from billing.tasks.reports import send_copy, send_due_reports, send_report

__all__ = [
    "compare_bill",
    "compare_bills",
    "keep_ledger",
    "price_days_again",
    "send_copy",
    "send_due_reports",
    "send_report",
    "tidy_ledger",
    "watch_budgets",
]
