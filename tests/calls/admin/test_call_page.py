import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.core import zoned
from calls.core.words import CallState, EventKind, HandoffReason
from calls.models import Call, Handoff, Usage
from routing.core.decision import CallerKind
from tests.calls.admin.scene import (
    CONVERSATION,
    make_journal,
    make_rich_call,
    make_staff,
)
from tests.makers_calls import NOON, make_call, make_handoff

pytestmark = pytest.mark.django_db


def page(call: Call) -> str:
    return reverse("admin:calls_call_change", args=[call.pk])


def review(call: Call) -> str:
    return reverse("admin:calls_call_review", args=[call.pk])


def text_of(client: Client, call: Call) -> str:
    """The page in words, with every gap one space wide."""
    return " ".join(client.get(page(call)).text.split())


def test_the_heading_says_who_called_when_and_how_it_ended(
    admin_client: Client,
) -> None:
    text = text_of(admin_client, make_rich_call(NOON, caller_name="Jonas Weber"))
    assert "+1 202 555 0199, Jonas Weber" in text
    assert "Clinic main line (+1 202 555 0100)" in text
    assert "Monday 23 November 2026, 12:00:00 EST (America/New_York)" in text
    assert "1 min 39 s" in text
    assert "Spanish (es-US)" in text
    assert '<span class="po-tag info">Voicemail</span>' in text


def test_the_rule_that_decided_is_named_with_its_conditions(
    admin_client: Client,
) -> None:
    text = text_of(admin_client, make_rich_call(NOON))
    assert "The call was given to the agent" in text
    assert "Decided by: <strong>Opening hours</strong> (release 7)" in text
    assert "yes, Clinic hours says open: Monday 09:00 to 18:00" in text
    assert "no, caller is listed: +1 202 555 0199" in text


def test_the_conversation_is_told_with_everything_that_happened(
    admin_client: Client,
) -> None:
    text = text_of(admin_client, make_rich_call(NOON))
    for words in (
        "<time>1:38</time>",
        "Hi, I need an appointment for my son.",
        "began after 0.6 s",
        "Of course. We have Monday <s title",
        "at nine, and Tuesday at half past ten.</s>",
        "The caller spoke over this, cut off after 1.9 s.",
        "Tool: Find free slots",
        "9:30, 15:00",
        "Wrote down: Patient name",
        "4 2",
        "The carrier brought the caller back to us",
        "Rang Ana Ruiz",
        "Open the voicemail (0:26) by itself",
    ):
        assert words in text


def test_what_the_call_left_behind_stands_beside_it(admin_client: Client) -> None:
    text = text_of(admin_client, make_rich_call(NOON))
    for words in (
        "Appointment",
        "Nobody answered",
        "Voicemail for Front desk",
        "Socket lost",
        "cause lies with: carrier",
        "Not reviewed",
    ):
        assert words in text


def test_the_story_part_has_neither_json_nor_ids(admin_client: Client) -> None:
    call = make_rich_call(NOON)
    story, _, trail = text_of(admin_client, call).partition("Technical trail")
    assert call.carrier_sid not in story
    assert "&quot;" not in story
    assert call.carrier_sid in trail
    assert "(71 %)" in story  # the cached share of the last answer


def test_callbacks_are_shown_only_to_those_who_may_see_them(
    client: Client, admin_client: Client
) -> None:
    call = make_rich_call(NOON)
    client.force_login(make_staff("viewer", "view_call"))
    assert "Callbacks of the carrier" in text_of(admin_client, call)
    assert "Callbacks of the carrier" not in text_of(client, call)


def test_a_page_asks_as_much_for_a_long_call_as_for_a_short_one(
    admin_client: Client,
) -> None:
    call = make_rich_call(NOON)
    admin_client.get(page(call))
    with CaptureQueriesContext(connection) as short:
        admin_client.get(page(call))
    call.events.all().delete()
    make_journal(call, CONVERSATION * 10)
    for _ in range(10):
        make_handoff(call, result="nobody")
    with CaptureQueriesContext(connection) as long:
        admin_client.get(page(call))
    assert len(long) == len(short) <= 27


def test_a_call_going_on_refreshes_itself_and_a_closed_one_does_not(
    admin_client: Client,
) -> None:
    live = make_call(state=CallState.LIVE, offered_at=timezone.now())
    text = text_of(admin_client, live)
    assert 'data-refresh="3"' in text
    assert "With the agent" in text
    assert "so far" in text
    assert 'data-refresh="0"' in text_of(admin_client, make_rich_call(NOON))


def test_the_part_that_is_fetched_again_is_the_content_alone(
    admin_client: Client,
) -> None:
    answer = admin_client.get(page(make_rich_call(NOON)), {"part": "1"}).text
    assert 'data-part="conversation"' in answer
    assert "<html" not in answer


def test_a_call_of_which_nothing_is_known_is_told_all_the_same(
    admin_client: Client,
) -> None:
    call = make_call(caller="", caller_kind=CallerKind.WITHHELD, decision={})
    text = text_of(admin_client, call)
    assert "Number withheld" in text
    assert "No decision was stored for this call" in text
    assert "Nothing was said in this call." in text


def test_what_callers_say_cannot_become_markup(admin_client: Client) -> None:
    call = make_call()
    script = "<script>alert(1)</script>"
    make_journal(call, [(1, EventKind.CALLER_SAID, {"text": script})])
    assert script not in text_of(admin_client, call)


def test_a_review_is_stored_with_its_corrections(
    admin_client: Client, admin_user: User
) -> None:
    call = make_rich_call(NOON)
    handoff = Handoff.objects.get()
    form = {"note": "Ask sooner", f"reason_{handoff.pk}": "caller_asked"}
    answer = admin_client.post(review(call), form, follow=True)
    call.refresh_from_db()
    handoff.refresh_from_db()
    assert (call.reviewed_by, call.review_note) == (admin_user, "Ask sooner")
    assert handoff.corrected_reason == HandoffReason.CALLER_ASKED
    assert "The call is marked as reviewed." in answer.text
    assert "Ask sooner" in answer.text
    assert LogEntry.objects.get().object_id == str(call.pk)


def test_a_review_with_an_unknown_reason_says_what_is_wrong(
    admin_client: Client,
) -> None:
    call = make_rich_call(NOON)
    form = {f"reason_{Handoff.objects.get().pk}": "boredom"}
    assert "Select a valid choice" in admin_client.post(review(call), form).text
    call.refresh_from_db()
    assert call.reviewed_at is None


def test_the_second_of_two_reviewers_is_told_what_the_first_wrote(
    admin_client: Client, client: Client
) -> None:
    call = make_call(state=CallState.CLOSED)
    seen = admin_client.get(page(call)).context["form"]["seen"].value()
    client.force_login(make_staff("dana", "view_call", "review_call"))
    client.post(review(call), {"note": "Well done.", "seen": seen})
    mine = {"note": "My own opinion", "seen": seen}
    answer = admin_client.post(review(call), mine)
    assert "dana reviewed this call while you were writing" in answer.text
    assert "with “Well done.”" in answer.text
    assert "My own opinion" in answer.text
    call.refresh_from_db()
    assert call.review_note == "Well done."
    mine["seen"] = answer.context["form"]["seen"].value()
    assert admin_client.post(review(call), mine).status_code == 302
    call.refresh_from_db()
    assert call.review_note == "My own opinion"


def test_who_may_only_look_cannot_review(client: Client) -> None:
    call = make_rich_call(NOON)
    client.force_login(make_staff("viewer", "view_call"))
    assert "You need the permission to review calls" in text_of(client, call)
    assert client.post(review(call), {"note": "x"}).status_code == 403


def test_who_may_review_can(client: Client) -> None:
    call = make_call(state=CallState.CLOSED)
    client.force_login(make_staff("reviewer", "view_call", "review_call"))
    assert client.get(review(call)).status_code == 302
    assert client.post(review(call), {"note": ""}).status_code == 302
    call.refresh_from_db()
    assert call.reviewed_at is not None


def test_the_cost_is_shown_only_to_those_who_may_see_prices(
    client: Client, admin_client: Client
) -> None:
    call = make_rich_call(NOON)
    client.force_login(make_staff("viewer", "view_call"))
    assert "<h2>Cost</h2>" in text_of(admin_client, call)
    assert "<h2>Cost</h2>" not in text_of(client, call)


def test_a_call_is_not_reviewed_before_it_is_closed(admin_client: Client) -> None:
    call = make_call(state=CallState.LIVE, offered_at=timezone.now())
    assert "The call can be reviewed once it is closed." in text_of(admin_client, call)
    admin_client.post(review(call), {"note": "too early"})
    call.refresh_from_db()
    assert call.reviewed_at is None


def test_strangers_and_wrong_addresses_get_nothing(
    client: Client, admin_client: Client
) -> None:
    call = make_call()
    assert admin_client.get("/admin/calls/call/999999/change/").status_code == 404
    assert admin_client.get("/admin/calls/call/nonsense/change/").status_code == 404
    client.force_login(make_staff("stranger"))
    assert client.get(page(call)).status_code == 403


def test_every_answer_is_told_with_what_came_from_the_cache(
    admin_client: Client,
) -> None:
    call = make_call(path="sip")
    figures = {
        "input_tokens": 2330,
        "output_tokens": 120,
        "input_token_details": {
            "audio_tokens": 230,
            "cached_tokens": 2097,
            "cached_tokens_details": {"audio_tokens": 128},
        },
        "output_token_details": {"audio_tokens": 90},
    }
    for name, used in (
        ("resp_1", figures),
        ("resp_2", {"input_tokens": 1670, "output_tokens": 80}),
        ("transcript-item_1", {"type": "duration", "seconds": 2.5}),
    ):
        Usage.objects.create(
            call=call,
            provider="openai",
            item="gpt-realtime-2.1",
            provider_id=name,
            figures=used,
            at=NOON,
        )
    text = re.sub("<[^>]+>", " ", unescape(text_of(admin_client, call)))
    text = " ".join(text.split())
    model = f"{zoned.exact_clock(NOON, call.time_zone)}, gpt-realtime-2.1"
    figures_told = "2,330 230 sound 2,097 (90 %) 128 sound 120 90 sound"
    assert f"An answer {model} {figures_told}" in text
    assert f"The caller's words, written down {model} 2.5 s of sound" in text
    assert "Together 4,000 230 sound 2,097 (52 %) 128 sound 200 90 sound" in text
