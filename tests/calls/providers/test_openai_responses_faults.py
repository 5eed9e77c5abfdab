"""What goes wrong on the way to the model, and what is made of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from calls.providers.openai_responses import (
    Failed,
    Finished,
    ResponsesModel,
    Said,
)
from tests.calls.providers.responses_server import (
    CREATED,
    GOOD,
    REQUEST,
    Event,
    Handler,
    Wire,
    answered_by,
    breaks_after,
    delta,
    failed_by,
    final,
    pieces_of,
    refuses,
    serving,
    stalls_after,
    streams,
)


async def test_tries_again_when_there_are_too_many_requests() -> None:
    pieces, requests = await answered_by(refuses(429, retry_after_ms="20"), GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


@pytest.mark.parametrize("header", ["0", "0.01"])
async def test_waits_as_long_as_it_is_told(header: str) -> None:
    pieces, _ = await answered_by(refuses(503, retry_after=header), GOOD)
    assert pieces[0] == Said("Hi")


async def test_a_pause_may_be_given_as_a_date() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    _, requests = await answered_by(refuses(429, retry_after=past), GOOD)
    assert requests == 2
    future = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    _, requests = await answered_by(refuses(429, retry_after=future), GOOD)
    assert requests == 1


async def test_gives_up_at_once_when_the_pause_does_not_fit() -> None:
    failed, requests = await failed_by(refuses(429, retry_after="30"))
    assert failed == Failed("refused: some_code", 429)
    assert requests == 1


async def test_gives_up_after_three_tries() -> None:
    failed, requests = await failed_by(*[refuses(500)] * 3)
    assert failed == Failed("refused: some_code", 500)
    assert requests == 3


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(400),
        refuses(401),
        refuses(404),
        refuses(429, "insufficient_quota"),
        refuses(500, x_should_retry="false"),
    ],
)
async def test_does_not_try_again_what_cannot_succeed(refusal: Handler) -> None:
    _, requests = await failed_by(refusal)
    assert requests == 1


async def test_no_text_of_the_provider_gets_into_a_reason() -> None:
    failed, _ = await failed_by(refuses(400, "Maria said: hello"))
    assert failed == Failed("refused: unknown", 400)


async def test_nobody_at_the_address() -> None:
    model = ResponsesModel(api_key="k", base_url="http://127.0.0.1:1/v1")
    assert await pieces_of(model) == [Failed("no connection")]
    await model.close()


@pytest.mark.parametrize("sent", [[], [CREATED]])
async def test_the_first_word_has_a_deadline(sent: Sequence[Event]) -> None:
    request = replace(REQUEST, first_token_seconds=0.1)
    pieces, requests = await answered_by(stalls_after(*sent), request=request)
    assert pieces == [Failed("no first word in time")]
    assert requests == 1


async def test_the_deadline_counts_all_tries_together() -> None:
    request = replace(REQUEST, first_token_seconds=0.15)
    refusal = refuses(500, retry_after_ms="100")
    pieces, requests = await answered_by(*[refusal] * 3, request=request)
    assert pieces == [Failed("refused: some_code", 500)]
    assert requests == 2


async def test_an_answer_that_falls_silent_fails() -> None:
    pieces, requests = await answered_by(stalls_after(CREATED, delta("Good")))
    assert pieces == [Said("Good"), Failed("fell silent")]
    assert requests == 1


async def test_a_stream_cut_in_the_middle_is_not_tried_again() -> None:
    pieces, requests = await answered_by(streams(CREATED, delta("Good")), GOOD)
    assert pieces == [Said("Good"), Failed("cut off")]
    assert requests == 1


async def test_a_connection_lost_in_the_middle_is_not_tried_again() -> None:
    pieces, requests = await answered_by(breaks_after(CREATED, delta("Good")), GOOD)
    assert pieces == [Said("Good"), Failed("connection lost")]
    assert requests == 1


async def test_a_tool_call_that_has_begun_is_not_tried_again() -> None:
    added = {"type": "response.output_item.added", "item": {"type": "function_call"}}
    failed, requests = await failed_by(streams(CREATED, added), GOOD)
    assert failed == Failed("cut off")
    assert requests == 1


@pytest.mark.parametrize("broken", [breaks_after(CREATED), streams(CREATED)])
async def test_a_stream_cut_before_its_first_word_is_tried_again(
    broken: Handler,
) -> None:
    pieces, requests = await answered_by(broken, GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


BARE_ERROR: Event = {"type": "error", "code": "server_error", "message": "about Maria"}
NESTED_ERROR: Event = {"type": "error", "error": BARE_ERROR}


@pytest.mark.parametrize("error", [BARE_ERROR, NESTED_ERROR])
async def test_an_error_in_the_stream_ends_it(error: Event) -> None:
    pieces, requests = await answered_by(streams(CREATED, delta("Good"), error), GOOD)
    assert pieces == [Said("Good"), Failed("failed: server_error")]
    assert requests == 1


@pytest.mark.parametrize("error", [BARE_ERROR, NESTED_ERROR])
async def test_an_error_before_the_first_word_is_tried_again(error: Event) -> None:
    pieces, requests = await answered_by(streams(CREATED, error), GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


async def test_a_failed_response_tells_its_code() -> None:
    failed, requests = await failed_by(
        streams(CREATED, final("failed", usage=None, error={"code": "invalid_prompt"}))
    )
    assert failed == Failed("failed: invalid_prompt")
    assert requests == 1


async def test_a_failed_response_that_was_charged_is_reported_not_repeated() -> None:
    failed, requests = await failed_by(
        streams(CREATED, final("failed", error={"code": "server_error"}))
    )
    assert failed.usage is not None
    assert requests == 1


async def test_an_answer_cut_by_its_length_is_finished_all_the_same() -> None:
    cut = final("incomplete", incomplete_details={"reason": "max_output_tokens"})
    pieces, _ = await answered_by(streams(CREATED, delta("Good"), cut))
    assert isinstance(pieces[1], Finished)
    assert pieces[1].cut_by == "max_output_tokens"
    assert pieces[1].usage is not None


async def test_an_answer_that_never_came_to_a_word_has_failed() -> None:
    cut = final("incomplete", incomplete_details={"reason": "max_output_tokens"})
    failed, requests = await failed_by(streams(CREATED, cut))
    assert failed.reason == "stopped before its first word: max_output_tokens"
    assert failed.usage is not None
    assert requests == 1


@pytest.mark.parametrize("usage", [None, {"input_tokens": "many"}])
async def test_an_answer_may_come_without_figures(usage: object) -> None:
    pieces, _ = await answered_by(streams(delta("Hi"), final(usage=usage)))
    assert pieces[-1] == Finished(None)


async def test_figures_may_lack_their_details() -> None:
    pieces, _ = await answered_by(
        streams(delta("Hi"), final(usage={"input_tokens": 5}, service_tier="default"))
    )
    assert isinstance(pieces[-1], Finished)
    usage = pieces[-1].usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_tokens) == (5, 0)
    assert usage.service_tier == "default"


async def test_counts_what_it_does_not_understand_and_goes_on() -> None:
    strange: list[Event] = [
        {"type": "response.news"},
        {"type": "response.news"},
        {"odd": 1},
        {"type": "response.output_text.delta"},
        {"type": "response.in_progress"},
    ]
    async with serving(streams(*strange, delta("Hi"), final())) as (model, _):
        pieces = await pieces_of(model)
        assert model.ignored == {
            "response.news": 2,
            "(no type)": 1,
            "response.output_text.delta (malformed)": 1,
        }
    assert pieces[0] == Said("Hi")


async def test_an_answer_that_is_no_event_stream_fails() -> None:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.response.write(b"data: <html>\n\n")

    failed, requests = await failed_by(handle)
    assert failed == Failed("unreadable answer")
    assert requests == 1


async def test_a_connection_that_died_meanwhile_is_replaced() -> None:
    async def hangs_up(wire: Wire) -> None:
        wire.response.force_close()
        await GOOD(wire)

    async with serving(hangs_up, GOOD) as (model, wires):
        assert isinstance((await pieces_of(model))[-1], Finished)
        assert isinstance((await pieces_of(model))[-1], Finished)
    assert wires[0].peer != wires[1].peer
