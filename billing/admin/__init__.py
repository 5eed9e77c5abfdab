from billing.admin import bills, budgets, ledger, prices, reports

__all__ = ["bills", "budgets", "ledger", "prices", "reports"]
