from billing.admin import bills, budgets, ledger, prices, reports, spending

__all__ = ["bills", "budgets", "ledger", "prices", "reports", "spending"]
