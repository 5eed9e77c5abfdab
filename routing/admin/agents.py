from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from routing.admin.fields import SuggestingInput
from routing.admin.pages import RoutingAdmin, RoutingForm, Table
from routing.core.model_life import retiring, uses
from routing.models import Agent, AgentField
from routing.models.choices import VOICE_MODELS, VOICES
from routing.models.voice import SETTINGS
from routing.services import model_life


class AgentFieldInline(Table):
    model = AgentField
    ordering_field = "position"
    hide_ordering_field = True
    fields = ("name", "description", "kind", "required_before_handoff", "position")


class AgentForm(RoutingForm):
    rows = {"instructions": 22, "transcription_models": 3}

    class Meta:
        widgets = {
            "voice_model": SuggestingInput(VOICE_MODELS),
            "voice": SuggestingInput(VOICES),
        }


@admin.register(Agent)
class AgentAdmin(RoutingAdmin):
    form = AgentForm
    inlines = (AgentFieldInline,)
    list_display = ("name", "objective", "model", "policy", "collects", "uses")
    list_filter = ("objective", "model", "policy")
    search_fields = ("name", "instructions")
    list_select_related = ("policy",)
    autocomplete_fields = ("tools",)
    fieldsets = (
        (None, {"fields": ("name", "objective", "instructions")}),
        (
            "Model",
            {
                "classes": ["tab"],
                "fields": ("model", "reasoning_effort", "max_output_tokens"),
            },
        ),
        (
            "Handing over",
            {"classes": ["tab"], "fields": ("policy", "zero_reaches_person")},
        ),
        ("Tools", {"classes": ["tab"], "fields": ("tools", "max_tool_rounds")}),
        (
            "Length and cost",
            {
                "classes": ["tab"],
                "fields": ("max_seconds", "warn_seconds", "max_cost", "at_limit"),
            },
        ),
        (
            "Calls at the same time",
            {"classes": ["tab"], "fields": ("max_calls", "kept_calls")},
        ),
        (
            "Silence and waiting",
            {
                "classes": ["tab"],
                "fields": (
                    "silence_seconds",
                    "silence_prompts",
                    "at_silence",
                    "filler_after",
                    "first_token_seconds",
                ),
            },
        ),
        (
            "Voice (sip path)",
            {
                "classes": ["tab"],
                "description": "These hold where a number is answered speech to "
                "speech. Elsewhere the language profile says how the agent sounds.",
                "fields": tuple(SETTINGS.values()),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Agent]":
        agents: QuerySet[Agent] = super().get_queryset(request)
        return agents.annotate(
            field_count=Count("fields", distinct=True),
            tool_count=Count("tools", distinct=True),
        )

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        return (*super().get_list_display(request), stops_column())

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Agent | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        context["warnings"] = [] if obj is None else warnings_about(obj)
        page: HttpResponse = super().render_change_form(
            request, context, *args, obj=obj, **kwargs
        )
        return page

    @admin.display(description="Fields to collect", ordering="field_count")
    def collects(self, row: Any) -> int:
        return int(row.field_count)

    @admin.display(description="Tools", ordering="tool_count")
    def uses(self, row: Any) -> int:
        return int(row.tool_count)


def stops_column() -> Callable[[Agent], str]:
    """One per page, because it loads all dates once, for every row."""
    learned, today = model_life.learned(), timezone.localdate()

    @admin.display(description="Models that stop")
    def stops(row: Agent) -> str:
        ending = retiring(uses(row.model, row.voice_settings()), learned)
        return ", ".join(one.words(today) for one in ending) or "–"

    return stops


def warnings_about(agent: Agent) -> list[str]:
    ending = retiring(uses(agent.model, agent.voice_settings()), model_life.learned())
    return [f"The {one.words(timezone.localdate())}." for one in ending]
