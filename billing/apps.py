from importlib import import_module

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        """What people edit; charges and reports are written by the portal alone."""
        audit = import_module("routing.services.audit")
        pages = ("Budget", "ExchangeRate", "Price", "ReportSubscription", "TestCaller")
        audit.record(*map(self.get_model, pages), apart=True)
        audit.record(self.get_model("BudgetStep"))
