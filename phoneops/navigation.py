"""The admin's sidebar: what a person may open, in the order of their work."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

Item = tuple[str, str, str]  # its name, its icon, the model whose list it opens

# A page of its own, and not the list of a model.
REPORT = "billing.report"

GROUPS: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "Operations",
        (
            ("Calls", "call", "calls.Call"),
            ("Handoffs", "phone_forwarded", "calls.Handoff"),
            ("Follow-ups", "task_alt", "calls.FollowUp"),
            ("Incidents", "report", "calls.Incident"),
            ("Emergency closure", "emergency_home", "routing.EmergencyClosure"),
        ),
    ),
    (
        "Configuration",
        (
            ("Numbers", "dialpad", "routing.PhoneNumber"),
            ("Language profiles", "translate", "routing.LanguageProfile"),
            ("Agents", "support_agent", "routing.Agent"),
            ("Routing rules", "alt_route", "routing.RoutingRule"),
            ("Caller lists", "playlist_add_check", "routing.CallerList"),
            ("Number groups", "tag", "routing.NumberGroup"),
            ("Account limits", "speed", "routing.AccountLimits"),
            ("Opening hours", "schedule", "routing.Calendar"),
            ("Escalation policies", "low_priority", "routing.EscalationPolicy"),
            ("Contacts", "contacts", "routing.Contact"),
            ("Tools", "build", "routing.HttpTool"),
            ("Releases", "new_releases", "routing.Release"),
            ("Dry runs", "event_repeat", "calls.DryRun"),
            ("History", "history", "auditlog.LogEntry"),
        ),
    ),
    (
        "Reports",
        (
            ("Report of any days", "summarize", REPORT),
            ("Who gets reports", "forward_to_inbox", "billing.ReportSubscription"),
            ("Reports sent", "mark_email_read", "billing.SentReport"),
            ("Exchange rates", "currency_exchange", "billing.ExchangeRate"),
        ),
    ),
    (
        "Money",
        (
            ("Spending", "payments", "billing.DayTotal"),
            ("Budgets", "savings", "billing.Budget"),
            ("Budget steps reached", "flag", "billing.BudgetReached"),
            ("Prices", "sell", "billing.Price"),
            ("Days priced again", "history_edu", "billing.RePricing"),
            ("Providers' bills", "balance", "billing.Reconciliation"),
            ("Ledger", "receipt_long", "billing.Charge"),
            ("Test callers", "science", "billing.TestCaller"),
            ("Usage", "data_usage", "calls.Usage"),
        ),
    ),
    (
        "Administration",
        (
            ("Users", "person", "auth.User"),
            ("Groups", "group", "auth.Group"),
            ("Provider callbacks", "webhook", "calls.Callback"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, object]]:
    """Unfold's navigation, with only the lists this user may see."""
    visible = visible_models(request)
    if request.user.has_perm("billing.view_report"):
        visible[REPORT] = reverse("admin:billing_report")
    groups = []
    for title, items in GROUPS:
        entries = [
            {"title": name, "icon": icon, "link": visible[label.lower()]}
            for name, icon, label in items
            if label.lower() in visible
        ]
        if entries:
            groups.append({"title": title, "separator": True, "items": entries})
    return groups


def visible_models(request: HttpRequest) -> dict[str, str]:
    """The address of the list of every model this user may look at, by its label."""
    return {
        model._meta.label_lower: reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        )
        for model, model_admin in admin.site._registry.items()
        if model_admin.has_view_or_change_permission(request)
    }
