from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from routing.admin.fields import SuggestingInput
from routing.admin.pages import RoutingAdmin, RoutingForm, Table
from routing.models import Agent, AgentField
from routing.models.choices import VOICE_MODELS, VOICES
from routing.models.voice import SETTINGS


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

    @admin.display(description="Fields to collect", ordering="field_count")
    def collects(self, row: Any) -> int:
        return int(row.field_count)

    @admin.display(description="Tools", ordering="tool_count")
    def uses(self, row: Any) -> int:
        return int(row.tool_count)
