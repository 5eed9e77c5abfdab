from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import PaginationInlineFormSet

from routing.admin.fields import PhoneField, described
from routing.admin.pages import RoutingAdmin, RoutingForm, Table
from routing.core.callers import spaced
from routing.core.ruleset import PolicyEnd
from routing.models import Contact, EscalationPolicy, PolicyStep


class ContactForm(RoutingForm):
    phone = PhoneField(**described(Contact, "phone"))


@admin.register(Contact)
class ContactAdmin(RoutingAdmin):
    form = ContactForm
    list_display = ("name", "number", "email", "calendar", "rung_by")
    list_filter = ("calendar", "steps__policy")
    search_fields = ("name", "phone", "email", "notes")
    list_select_related = ("calendar",)
    fieldsets = ((None, {"fields": ("name", "phone", "email", "calendar", "notes")}),)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Contact]":
        contacts: QuerySet[Contact] = super().get_queryset(request)
        return contacts.prefetch_related("steps__policy")

    @admin.display(description="Phone", ordering="phone")
    def number(self, row: Contact) -> str:
        return spaced(row.phone)

    @admin.display(description="Rung by")
    def rung_by(self, row: Contact) -> str:
        return ", ".join(step.policy.name for step in row.steps.all())


class StepFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        contacts = [
            form.cleaned_data["contact"]
            for form in self.forms
            if form not in self.deleted_forms and form.cleaned_data.get("contact")
        ]
        if not contacts and self.instance.end == PolicyEnd.BACK_TO_AGENT:
            raise forms.ValidationError(
                "Add a contact, or choose voicemail or a call back at the end: now the "
                "caller would go round in circles."
            )
        if len(contacts) != len(set(contacts)):
            raise forms.ValidationError(
                "A contact is rung twice; remove one of the two."
            )


class StepInline(Table):
    model = PolicyStep
    formset = StepFormSet
    ordering_field = "position"
    hide_ordering_field = True
    fields = ("contact", "ring_seconds", "position")


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(RoutingAdmin):
    inlines = (StepInline,)
    list_display = ("name", "in_order", "end", "follow_up_owner", "follow_up_minutes")
    list_filter = ("end",)
    search_fields = ("name", "follow_up_owner", "steps__contact__name")
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            "If nobody takes the caller",
            {"fields": ("end", "follow_up_owner", "follow_up_minutes")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[EscalationPolicy]":
        policies: QuerySet[EscalationPolicy] = super().get_queryset(request)
        return policies.prefetch_related("steps__contact")

    @admin.display(description="Contacts in order")
    def in_order(self, row: EscalationPolicy) -> str:
        return ", ".join(step.contact.name for step in row.steps.all())
