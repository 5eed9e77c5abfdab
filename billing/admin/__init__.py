from billing.admin import budgets, ledger, prices, reports

__all__ = ["budgets", "ledger", "prices", "reports"]
