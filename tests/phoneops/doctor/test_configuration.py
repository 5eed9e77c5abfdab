import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pytest_django import Settings

from phoneops.doctor import configuration
from phoneops.doctor.finding import Finding, Mark

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldA=="
PUBLIC = "https://phones.example.com"


class Portal(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def _production(settings: Settings) -> None:
    settings.SIMULATED = settings.DEBUG = False
    settings.PUBLIC_BASE_URL = PUBLIC
    settings.OPENAI_PROJECT_ID = "proj_abc"
    settings.OPENAI_WEBHOOK_SECRETS = [SECRET]
    settings.OPENAI_BASE_URL = "https://api.openai.com/v1"
    settings.OPENAI_SIP_HOST = "sip.api.openai.com"


def problems(found: Iterator[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.mark is not Mark.OK]


def test_the_simulated_default_is_in_order() -> None:
    assert problems(configuration.look()) == []


def test_what_the_system_checks_say_is_in_the_table(settings: Settings) -> None:
    settings.OPENAI_PROJECT_ID = ""
    settings.EMBEDDED_DATABASE, settings.EMBEDDED_REDIS = True, False
    found = {finding.says: finding for finding in problems(configuration.look())}
    wrong = found["Some provider keys are set, but not OPENAI_PROJECT_ID."]
    odd = found["REDIS_URL is set but DATABASE_URL is not."]
    assert (wrong.mark, odd.mark) == (Mark.FAIL, Mark.WARN)
    assert "or none" in wrong.remedy
    assert len(found) == 2, found


@pytest.mark.usefixtures("_production")
def test_settings_of_production_are_in_order() -> None:
    found = [*configuration.look_at_secrets([SECRET]), *configuration.look_at_project()]
    assert problems(iter(found)) == []


@pytest.mark.usefixtures("_production")
def test_errors_are_not_shown_to_the_world(settings: Settings) -> None:
    settings.DEBUG = True
    settings.PUBLIC_BASE_URL = "https://localhost"
    assert "DEBUG is on" in problems(configuration.look_at_production())[0].says


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://localhost",
        "https://127.0.0.1",
        "https://10.0.0.7",
        "https://portal.local",
        "https://phoneops.test",
    ],
)
def test_an_address_nobody_outside_can_reach_is_a_failure(url: str) -> None:
    (finding,) = configuration.look_at_address(url)
    assert finding.mark is Mark.FAIL
    assert "https://phones.example.com" in finding.remedy


def test_an_address_that_does_not_answer_here_is_worth_a_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(configuration, "PATIENCE_SECONDS", 0.5)
    assert "not be reached" in configuration.why_unreachable("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("body", "alive"),
    [(b'{"status": "alive"}', True), (b"<h1>It works!</h1>", False), (b"[]", False)],
)
def test_the_portal_is_told_from_other_servers(
    portal: str, body: bytes, alive: bool
) -> None:
    Portal.body = body
    problem = configuration.why_unreachable(portal)
    assert problem == (
        "" if alive else "is answered by something that is not this portal"
    )


@pytest.mark.parametrize("secret", ["whsec_", "whsec_%%%", "c2VjcmV0IHNlY3JldA=="])
def test_a_webhook_secret_that_is_none_is_pointed_out(secret: str) -> None:
    (finding,) = configuration.look_at_secrets([SECRET, secret])
    assert finding.mark is Mark.WARN
    assert "begins with whsec_" in finding.remedy


@pytest.mark.usefixtures("_production")
@pytest.mark.parametrize(
    ("rest", "sip", "remedy"),
    [
        ("https://api.openai.com/v1", "sip.api.openai.com", ""),
        ("https://eu.api.openai.com/v1", "sip-eu.api.openai.com", ""),
        ("https://gateway.example.com/v1", "sip-eu.api.openai.com", ""),
        (
            "https://eu.api.openai.com/v1",
            "sip.api.openai.com",
            "OPENAI_SIP_HOST=sip-eu.api.openai.com",
        ),
    ],
)
def test_both_addresses_of_the_voice_model_are_in_one_region(
    settings: Settings, rest: str, sip: str, remedy: str
) -> None:
    settings.OPENAI_BASE_URL, settings.OPENAI_SIP_HOST = rest, sip
    found = list(configuration.look_at_project())
    assert bool(found) is bool(remedy)
    assert all(remedy in finding.remedy for finding in found)


@pytest.mark.usefixtures("_production")
def test_a_project_is_named_by_its_id(settings: Settings) -> None:
    settings.OPENAI_PROJECT_ID = "Our phones"
    (finding,) = configuration.look_at_project()
    assert "proj_" in finding.remedy
