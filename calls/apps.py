from importlib import import_module

from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        audit = import_module("routing.services.audit")
        pages = ("Call", "FollowUp", "Incident")
        audit.record_what_people_do(*map(self.get_model, pages), apart=True)
        audit.record_what_people_do(self.get_model("Handoff"))
