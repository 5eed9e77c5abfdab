"""Asking for a dry run, watching it, and reading what came of it."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from calls import tasks
from calls.models import DryRun
from calls.services import dry_runs
from tests import makers_routing as make
from tests.calls.services.test_dry_runs import past_call

RUNS = "/admin/calls/dryrun/"
PERIOD = {"since": "2026-03-01", "until": "2026-03-07"}


@pytest.fixture
def client(db: None) -> Client:
    users = get_user_model().objects
    client = Client()
    client.force_login(users.create(username="m", is_staff=True, is_superuser=True))
    return client


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_a_run_is_asked_for_watched_and_kept(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    number = make.make_number(label="Main line")
    call = past_call(number)
    make.publish()
    make.make_rule(number, name="Night", action="voicemail")
    assert "Release 1" in text_of(client.get(f"{RUNS}add/"))
    with django_capture_on_commit_callbacks() as enqueued:
        page = client.post(f"{RUNS}add/", {**PERIOD, "which": "draft"})
    assert len(enqueued) == 1
    text = text_of(client.get(page["Location"]))
    assert "0 of 1 calls looked at" in text
    tasks.dry_run(DryRun.objects.get().pk)
    text = text_of(client.get(page["Location"]))
    assert "<strong>1</strong> of 1 calls would have gone elsewhere." in text
    assert "voicemail" in text
    assert "Night" in text
    assert f"/admin/calls/call/{call.pk}/change/" in text
    assert "Dry run" in text_of(client.get(RUNS)) or "the draft" in text_of(
        client.get(RUNS)
    )


def test_a_release_is_run_and_a_wrong_period_is_told(client: Client) -> None:
    make.make_number()
    make.publish()
    wrong = {"which": "1", "since": "2026-03-07", "until": "2026-03-01"}
    page = client.post(f"{RUNS}add/", wrong)
    assert "It ends before it begins" in text_of(page)
    client.post(f"{RUNS}add/", {**PERIOD, "which": "1"})
    assert DryRun.objects.get().name == "release 1"


def test_days_without_calls_are_told(client: Client) -> None:
    make.make_number()
    make.publish()
    client.post(f"{RUNS}add/", {**PERIOD, "which": "1"})
    run = DryRun.objects.get()
    dry_runs.go_on(run.pk)
    text = text_of(client.get(f"{RUNS}{run.pk}/change/"))
    assert "No calls came in on these days." in text


def test_a_failed_run_says_why(client: Client) -> None:
    make.make_profile().languages.all().delete()
    client.post(f"{RUNS}add/", {**PERIOD, "which": "draft"})
    run = DryRun.objects.get()
    dry_runs.go_on(run.pk)
    assert "It could not be run" in text_of(client.get(f"{RUNS}{run.pk}/change/"))


def test_what_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get(f"{RUNS}77/change/").status_code == 404
    assert client.get(f"{RUNS}x/change/").status_code == 404


def test_only_those_who_edit_or_publish_ask_for_one(db: None) -> None:
    client = Client()
    client.force_login(get_user_model().objects.create(username="x", is_staff=True))
    client.post(f"{RUNS}add/", {**PERIOD, "which": "draft"})
    assert not DryRun.objects.exists()
