"""A call that is given to a provider whose model hears and speaks itself."""

from django.db import models
from django.db.models import Q

from calls.core.words import EngineState
from calls.models.call import Call, choices

# Somebody should be steering the call in these.
STEERED = [EngineState.ACCEPTED.value, EngineState.ATTACHED.value]
UNDECIDED = [EngineState.EXPECTED.value, EngineState.DECIDING.value]
PASSED = [
    EngineState.OVER.value,
    EngineState.REJECTED.value,
    EngineState.FAILED.value,
]


class EngineSession(models.Model):
    """One for each call, so that one decision is made whatever is announced to us.

    The provider may announce a call several times, to several processes, and through
    several of its engines. Whoever moves the row from "expected" to "deciding" decides.
    `trunk`: the carrier never offered us this call, so the provider's announcement is
    all we know of it and the carrier cannot be asked. `reference_digest` belongs to
    the reference that comes back with the announcement.
    """

    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, related_name="engine_session"
    )
    engine = models.CharField(max_length=16, blank=True)
    provider_call = models.CharField(
        "provider's call id", max_length=128, unique=True, null=True, blank=True
    )
    sip_call_id = models.CharField("SIP Call-ID", max_length=255, blank=True)
    trunk = models.BooleanField("came over a bare trunk", default=False)
    state = models.CharField(
        max_length=16, choices=choices(EngineState), default=EngineState.EXPECTED.value
    )
    reference_digest = models.CharField(max_length=64, blank=True)
    reference_expires_at = models.DateTimeField(null=True, blank=True)

    decided_by = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claims = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    attached_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    voice_model = models.CharField(max_length=64, blank=True)
    transcription_model = models.CharField(max_length=64, blank=True)
    transfers = models.PositiveSmallIntegerField("transfers tried", default=0)
    leg_sid = models.CharField("carrier leg id", max_length=64, blank=True)
    leg_status = models.CharField(max_length=20, blank=True)
    leg_sequence = models.IntegerField(default=-1)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "voice session"
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=STEERED),
                name="engine_session_steered",
            )
        ]

    def __str__(self) -> str:
        return f"Voice session: {self.get_state_display()}"

    def has_ended(self) -> bool:
        return self.state in PASSED
