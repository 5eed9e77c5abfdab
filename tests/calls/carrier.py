"""The carrier as far as these tests need it: signed forms in, TwiML out."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from django.conf import settings
from django.test import Client
from twilio.request_validator import (  # type: ignore[import-untyped]  # no stubs
    RequestValidator,
)

from calls.models import Call
from tests.makers_calls import sid

ACCOUNT = "AC" + "0" * 32
# One for all: each new one looks through all static files.
CLIENT = Client()


def sign(path: str, params: dict[str, str], token: str = "") -> str:
    validator = RequestValidator(token or settings.TWILIO_AUTH_TOKENS[0])
    return str(validator.compute_signature(f"{settings.PUBLIC_BASE_URL}{path}", params))


def post(path: str, params: dict[str, str], **headers: str) -> Any:
    """`path` may carry a query. A header given here wins over the right one."""
    headers.setdefault("X-Twilio-Signature", sign(path, params))
    return CLIENT.post(
        path,
        data=urlencode(params),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


@dataclass
class Line:
    """One call as the carrier sees it."""

    to: str
    caller: str = "+12025550199"
    call_sid: str = field(default_factory=sid)
    twiml: ElementTree.Element = field(
        default_factory=lambda: ElementTree.Element("Response")
    )

    def send(self, path: str, **params: str) -> ElementTree.Element:
        """A callback about this call; `path` is below /twilio/ or a whole URL."""
        fields = {"CallSid": self.call_sid, "AccountSid": ACCOUNT, **params}
        answer = post(self.path(path), fields)
        assert answer.status_code == 200, answer.content
        self.twiml = ElementTree.fromstring(answer.content)
        return self.twiml

    def path(self, path: str) -> str:
        if path.startswith("https://"):
            parts = urlsplit(path)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
        return f"/twilio/{path}/"

    def ring(self, **params: str) -> ElementTree.Element:
        """The caller dials."""
        fields = {"From": self.caller, "To": self.to, "CallStatus": "ringing"}
        return self.send("voice", **{**fields, **params})

    def end_session(self, status: str, **params: str) -> ElementTree.Element:
        fields = {
            "SessionId": sid("VX"),
            "SessionStatus": status,
            "SessionDuration": "10",
            "CallStatus": "completed" if status == "completed" else "in-progress",
        }
        return self.send("relay-ended", **{**fields, **params})

    def answer_whisper(self, digits: str = "1") -> ElementTree.Element:
        """The contact answers and, if asked to, presses a key; what the leg is told."""
        leg = Line(self.to, self.caller)
        asked = leg.send(self.number.attrib["url"])
        gather = asked.find("Gather")
        if gather is None:
            return asked
        return leg.send(gather.attrib["action"], Digits=digits)

    def end_dial(self, status: str, **params: str) -> ElementTree.Element:
        action = self.verb("Dial").attrib["action"]
        fields = {"DialCallStatus": status, "CallStatus": "in-progress"}
        return self.send(action, **{**fields, **params})

    def hang_up(self, status: str = "completed", **params: str) -> ElementTree.Element:
        """What the number's own status callback says at the end."""
        fields = {"CallStatus": status, "CallDuration": "42", "SequenceNumber": "0"}
        return self.send("status", **{**fields, **params})

    def verb(self, name: str) -> ElementTree.Element:
        found = self.twiml.find(name)
        assert found is not None, ElementTree.tostring(self.twiml)
        return found

    @property
    def number(self) -> ElementTree.Element:
        found = self.verb("Dial").find("Number")
        assert found is not None
        return found

    @property
    def relay(self) -> ElementTree.Element:
        found = self.verb("Connect").find("ConversationRelay")
        assert found is not None
        return found

    @property
    def token(self) -> str:
        found = self.relay.find("Parameter")
        assert found is not None
        return found.attrib["value"]

    @property
    def said(self) -> list[str]:
        return [say.text or "" for say in self.twiml.findall("Say")]

    @property
    def call(self) -> Call:
        return Call.objects.get(carrier_sid=self.call_sid)


def verbs(twiml: ElementTree.Element) -> list[str]:
    return [verb.tag for verb in twiml]
