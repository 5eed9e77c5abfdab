from dataclasses import fields
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.forms import PaginationInlineFormSet

from routing.admin.fields import WordsField, described
from routing.admin.pages import Blocks, RoutingAdmin, RoutingForm
from routing.core.attribute_table import PROFILE_ATTRIBUTES
from routing.core.phrases import has_phrases, phrases_for
from routing.core.profile_rules import check_together
from routing.core.ruleset import Phrases
from routing.models import Language, LanguageProfile

EVENTS = (
    ("speaker-events", "Who speaks when"),
    ("tokens-played", "Which words were played (needed for exact transcripts)"),
    ("config-updated", "Settings changed during the call"),
)
TURN_DETAILS = (
    ("turn-state", "Where in a turn the caller is"),
    ("prompt-segments", "The pieces a turn was made of"),
)
DEBUG = (("debugging", "Round-trip times"),)
PHRASES = tuple(field.name for field in fields(Phrases))


class LanguageProfileForm(RoutingForm):
    events = WordsField(EVENTS, **described(LanguageProfile, "events"))
    include_in_prompt = WordsField(
        TURN_DETAILS, **described(LanguageProfile, "include_in_prompt")
    )
    debug = WordsField(DEBUG, **described(LanguageProfile, "debug"))


class LanguageForm(RoutingForm):
    """An empty sentence shows what is said instead."""

    rows = dict.fromkeys(("greeting", "disclosure", "hints", *PHRASES), 2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = phrases_for(self.instance.code)
        if has_phrases(self.instance.code):
            for name in PHRASES:
                self.fields[name].widget.attrs["placeholder"] = getattr(usual, name)


class LanguageFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms
            and (form.instance.pk or form.has_changed())
        ]
        if not all(form.is_valid() for form in kept):
            return
        kept.sort(key=lambda form: form.cleaned_data["position"])
        languages = [form.instance.compiled() for form in kept]
        problems = check_together(languages, self.instance.attributes())
        if problems:
            raise forms.ValidationError([with_label(text) for text in problems])


def with_label(problem: str) -> str:
    """The name of the form's field instead of the carrier's."""
    for attribute in PROFILE_ATTRIBUTES:
        if problem.startswith(f"{attribute.name}:"):
            label = described(LanguageProfile, attribute.field)["label"]
            return problem.replace(attribute.name, f"“{label}”", 1)
    return problem


class LanguageInline(Blocks):
    model = Language
    form = LanguageForm
    formset = LanguageFormSet
    verbose_name_plural = "Languages; a call begins in the first"
    ordering_field = "position"
    hide_ordering_field = True
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    "greeting",
                    "disclosure",
                    "hints",
                    "transcription_provider",
                    "speech_model",
                    "tts_provider",
                    "voice",
                    "position",
                )
            },
        ),
        (
            "Sentences (left empty: the ones shown in grey)",
            {"fields": PHRASES, "classes": ["collapse"]},
        ),
    )


@admin.register(LanguageProfile)
class LanguageProfileAdmin(RoutingAdmin):
    form = LanguageProfileForm
    inlines = (LanguageInline,)
    list_display = ("name", "spoken", "voices", "used_by")
    search_fields = ("name", "languages__code", "languages__voice")
    fieldsets = (
        (None, {"fields": ("name", "must_disclose")}),
        (
            "Barge-in",
            {
                "classes": ["tab"],
                "fields": (
                    "interruptible",
                    "welcome_greeting_interruptible",
                    "interrupt_sensitivity",
                    "ignore_backchannel",
                    "report_input_during_agent_speech",
                    "preemptible",
                    "echo_prompt_filtering",
                ),
            },
        ),
        (
            "Listening",
            {
                "classes": ["tab"],
                "fields": (
                    "profanity_filter",
                    "background_noise_reduction",
                    "asr_smart_format",
                    "deepgram_smart_format",
                    "partial_prompts",
                    "partial_prompt_on_hangup",
                ),
            },
        ),
        (
            "Turn end",
            {
                "classes": ["tab"],
                "fields": (
                    "speech_timeout",
                    "eot_threshold",
                    "eager_eot_threshold",
                    "merge_window_ms",
                ),
            },
        ),
        (
            "Keypad",
            {
                "classes": ["tab"],
                "fields": ("dtmf_detection", "inter_digit_ms", "digit_terminator"),
            },
        ),
        (
            "Speech",
            {
                "classes": ["tab"],
                "fields": (
                    "tts_text_normalization",
                    "elevenlabs_text_normalization",
                    "tts_language_text_normalization",
                ),
            },
        ),
        (
            "Diagnostics",
            {
                "classes": ["tab"],
                "fields": (
                    "events",
                    "include_in_prompt",
                    "debug",
                    "application_reconnect",
                    "intelligence_service",
                    "conversation_configuration",
                    "customer_name",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LanguageProfile]":
        profiles: QuerySet[LanguageProfile] = super().get_queryset(request)
        counted = profiles.annotate(number_count=Count("numbers", distinct=True))
        return counted.prefetch_related("languages")

    @admin.display(description="Languages")
    def spoken(self, row: LanguageProfile) -> str:
        return ", ".join(language.code for language in row.languages.all())

    @admin.display(description="Voices")
    def voices(self, row: LanguageProfile) -> str:
        providers = (language.tts_provider for language in row.languages.all())
        return ", ".join(dict.fromkeys(providers))

    @admin.display(description="Numbers", ordering="number_count")
    def used_by(self, row: Any) -> int:
        return int(row.number_count)
