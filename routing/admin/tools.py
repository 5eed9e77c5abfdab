from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from routing.admin.fields import SchemaField, described
from routing.admin.pages import RoutingAdmin, RoutingForm
from routing.models import HttpTool


class HttpToolForm(RoutingForm):
    rows = {"schema": 16}
    schema = SchemaField(**described(HttpTool, "schema"))


@admin.register(HttpTool)
class HttpToolAdmin(RoutingAdmin):
    form = HttpToolForm
    list_display = ("name", "description", "method", "url", "timeout", "used_by")
    list_filter = ("method", "allow_private")
    search_fields = ("name", "description", "url")
    readonly_fields = ("in_words",)
    fieldsets = (
        (None, {"fields": ("name", "description", "waiting_line")}),
        (
            "Request",
            {"fields": ("method", "url", "allow_private", "secret_name", "timeout")},
        ),
        ("What the agent gives", {"fields": ("schema", "in_words")}),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[HttpTool]":
        tools: QuerySet[HttpTool] = super().get_queryset(request)
        return tools.annotate(agent_count=Count("agents", distinct=True))

    @admin.display(description="Agents", ordering="agent_count")
    def used_by(self, row: Any) -> int:
        return int(row.agent_count)

    @admin.display(description="In words")
    def in_words(self, row: HttpTool) -> str:
        arguments = row.arguments() if row.pk else []
        template = "admin/routing/httptool/arguments.html"
        return render_to_string(template, {"arguments": arguments})
