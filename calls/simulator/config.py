"""What one simulator is told when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

DEMO_NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "main": "+12025550100",
        "second": "+12025550101",
        "sip": "+12025550102",
        "trunk": "+12025550103",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    account_sid: str
    auth_token: str
    openai_key: str
    openai_admin_key: str = "simulated-openai-admin-key"
    """What the provider's costs are told for, and nothing else."""
    openai_project: str = "proj_simulated"
    """The user part of the voice model's SIP address."""
    openai_webhook_secret: str = ""
    """What its webhooks are signed with; empty = none has been set up."""
    openai_webhook_path: str = "/openai/webhook/"
    port: int = 8100
    public_origin: str = "https://phoneops.test"
    """The origin that the product gives out: the only one the carrier will call."""
    connect_to: str = "127.0.0.1:8000"
    """Where that origin really listens, in plain HTTP, behind a pretended proxy."""
    numbers: Mapping[str, str] = field(default_factory=lambda: DEMO_NUMBERS)
    """The account's phone numbers by the alias that scenarios use."""
    on_trunks: frozenset[str] = frozenset({"trunk"})
    """The aliases of those whose calls go to the voice model without a webhook."""
    voice_path: str = "/twilio/voice/"
    status_path: str = "/twilio/status/"
    fallback_url: str = ""
    """The numbers' VoiceFallbackUrl; empty = none, as on a new number."""
    speed: float = 1.0
    """How many times faster than life people speak, ring and wait."""
    first_token_ms: float = 180.0
    """How long the model thinks, and how long it takes per token, in real time."""
    token_ms: float = 12.0
    price_after_s: float = 20.0
    """Real seconds after its end in which a call or message has no price yet."""
    call_cap_s: float = 90.0
    """Real seconds after which any simulated caller hangs up."""

    def __post_init__(self) -> None:
        origin = urlsplit(self.public_origin)
        if origin.scheme != "https" or not origin.netloc or origin.path:
            raise ValueError(
                "the public origin must look like https://host: Twilio calls "
                "relay sockets over wss only"
            )
        if self.speed <= 0:
            raise ValueError("the speed must be above zero")

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_origin).netloc

    @property
    def voice_url(self) -> str:
        return self.public_origin + self.voice_path

    @property
    def status_url(self) -> str:
        return self.public_origin + self.status_path

    @property
    def own_origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"
