"""Work about money that is done by the clock. Celery looks for tasks here."""

from billing.tasks.ledger import keep_ledger, tidy_ledger

__all__ = ["keep_ledger", "tidy_ledger"]
