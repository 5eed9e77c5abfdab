"""The people who can take a caller, and the order in which they are rung."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from routing.core.callers import spaced
from routing.core.ruleset import PolicyEnd
from routing.models.choices import LAST, POLICY_ENDS
from routing.models.hours import Calendar
from routing.models.validators import validate_e164


class Contact(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        error_messages={"unique": "There is a contact of this name already."},
        help_text="A person or a desk, as colleagues know it. Each has its own name.",
    )
    phone = models.CharField(
        max_length=16,
        validators=[validate_e164],
        help_text="Where they are rung, with the country code.",
    )
    email = models.EmailField(
        "email address",
        blank=True,
        help_text="Where the summary of a call they take is sent.",
    )
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        help_text="They are rung only while it is open. Empty: at any time.",
    )
    notes = models.TextField(blank=True, help_text="For you; nobody hears it.")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({spaced(self.phone)})"


class EscalationPolicy(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call this order of people, for example “Front desk first”.",
    )
    end = models.CharField(
        "if nobody takes the caller",
        max_length=16,
        choices=POLICY_ENDS,
        default=PolicyEnd.VOICEMAIL.value,
        help_text="What happens when everybody was rung in vain.",
    )
    follow_up_owner = models.CharField(
        "follow-ups go to",
        max_length=120,
        blank=True,
        help_text="Who works off the messages and call backs this leaves behind, for "
        "example “Front desk”.",
    )
    follow_up_minutes = models.PositiveIntegerField(
        "follow-up due after (minutes)",
        default=240,
        validators=[MinValueValidator(5), MaxValueValidator(20160)],
        help_text="How soon the caller should hear from you.",
    )

    class Meta:
        verbose_name = "escalation policy"
        verbose_name_plural = "escalation policies"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PolicyStep(models.Model):
    policy = models.ForeignKey(EscalationPolicy, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField(default=LAST, db_index=True)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="steps")
    ring_seconds = models.PositiveIntegerField(
        "ring for (seconds)",
        default=20,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
        help_text="From 5 to 600. Ringing on a mobile for more than 20 reaches its own "
        "mailbox.",
    )

    class Meta:
        verbose_name = "contact to ring"
        verbose_name_plural = "contacts to ring, in this order"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.contact.name}, {self.ring_seconds} s"
