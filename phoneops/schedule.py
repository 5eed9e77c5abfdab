"""What the portal does by the clock, without being asked. Times are UTC."""

from typing import Any

from celery.schedules import crontab

PLANNED: dict[str, dict[str, Any]] = {
    "sweep calls": {
        "task": "calls.tasks.sweep",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "rescue calls": {
        "task": "calls.tasks.rescue_calls",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "check models": {"task": "calls.tasks.check_models", "schedule": crontab(0, 5)},
    "keep ledger": {
        "task": "billing.tasks.ledger.keep_ledger",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "tidy ledger": {
        "task": "billing.tasks.ledger.tidy_ledger",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "watch budgets": {
        "task": "billing.tasks.budgets.watch_budgets",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "compare bills": {
        "task": "billing.tasks.bills.compare_bills",
        "schedule": crontab(30, 6),
    },
    "send reports": {
        "task": "billing.tasks.reports.send_due_reports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}
