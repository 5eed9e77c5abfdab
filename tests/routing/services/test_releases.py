import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from routing.core.compile import compile_snapshot
from routing.core.readable import Change
from routing.core.ruleset import Ruleset, VoiceSettings
from routing.errors import DraftChanged, DraftRefused
from routing.models import Agent, Language, Release, RoutingRule
from routing.services import live, releases
from tests import makers_routing as make

pytestmark = pytest.mark.django_db


def fields_of(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in changes]


def test_the_first_release_is_number_one_and_each_next_one_more(manager: Any) -> None:
    make.make_number()
    first = releases.publish(author=manager, note="begin")
    second = releases.publish(author=None, note="")
    assert (first.number, second.number) == (1, 2)
    assert first.author == manager
    assert first.note == "begin"


def test_a_number_is_never_given_twice() -> None:
    release = releases.publish(author=None, note="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(number=release.number, snapshot={})


@pytest.mark.django_db(transaction=True)
def test_publishers_at_the_same_moment_get_different_numbers() -> None:
    together = threading.Barrier(4)

    def publish() -> None:
        together.wait()
        try:
            releases.publish(author=None, note="")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = Release.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]


def test_a_draft_that_would_fail_on_a_call_is_not_published() -> None:
    make.make_number()
    Language.objects.update(voice="Joanna-Neural")
    with pytest.raises(DraftRefused) as refusal:
        releases.publish(author=None, note="")
    assert "Joanna-Neural is not a voice of Google" in refusal.value.problems[0]
    assert not Release.objects.exists()


def test_a_draft_that_cannot_be_compiled_is_a_problem_like_others() -> None:
    make.make_profile().languages.all().delete()
    (problem,) = releases.draft_problems(releases.draft_snapshot())
    assert "profiles[0].languages: a profile needs one at least." in problem


def test_a_draft_that_changed_since_it_was_read_is_not_published() -> None:
    number = make.make_number()
    seen = releases.fingerprint(releases.draft_snapshot())
    assert releases.publish(author=None, note="", seen=seen).number == 1
    type(number).objects.update(label="Other line")
    with pytest.raises(DraftChanged):
        releases.publish(author=None, note="", seen=seen)


def test_after_publishing_nothing_waits() -> None:
    make_everything()
    make.publish()
    assert releases.unpublished_changes() == []


def test_the_first_release_adds_every_record() -> None:
    make.make_contact(name="Dana")
    assert releases.unpublished_changes() == [Change("Contact “Dana”", "", "", "added")]


def test_a_change_is_told_in_the_words_of_the_form() -> None:
    number = make.make_number(label="Main line")
    agent = make.make_agent(name="Night")
    make.publish()
    type(number).objects.update(path="sip", agent=agent, active=False)
    before = str(number.agent)
    assert releases.unpublished_changes() == [
        Change("Number “Main line”", "Answered by", "Agent (relay)", SIP),
        Change("Number “Main line”", "Active", "yes", "no"),
        Change("Number “Main line”", "Agent", before, "Night"),
    ]


SIP = "Agent, speech to speech (SIP)"


def test_lists_within_a_record_are_one_change() -> None:
    dana, robin = make.make_contact(name="Dana"), make.make_contact(name="Robin")
    policy = make.make_policy(dana, robin)
    calendar = make.make_calendar((0, "08:00", "18:00"))
    make.publish()
    policy.steps.filter(contact=dana).update(position=5, ring_seconds=30)
    calendar.spans.update(opens="09:00")
    assert fields_of(releases.unpublished_changes()) == [
        (
            "Contacts to ring",
            "1. Dana, 20 seconds\n2. Robin, 20 seconds",
            "1. Robin, 20 seconds\n2. Dana, 30 seconds",
        ),
        ("Openings", "Monday 08:00 to 18:00", "Monday 09:00 to 18:00"),
    ]


def test_a_profiles_attributes_and_sentences_are_told_by_their_labels() -> None:
    profile = make.make_profile()
    make.publish()
    profile.languages.update(filler="Un instant.", greeting="Hi.")
    type(profile).objects.update(interruptible="none", eot_threshold="0.80")
    assert [(c.field, c.new) for c in releases.unpublished_changes()] == [
        ("What stops the agent", "Nothing"),
        ("Certainty that a turn is over", "0.8"),
        ("Greeting", "Hi."),
        ("One moment", "Un instant."),
    ]


def test_a_voice_is_told_by_its_labels() -> None:
    agent = make.make_agent()
    make.publish()
    type(agent).objects.update(
        voice="cedar",
        noise_reduction="",
        turn_detection="semantic_vad",
        transcription_models="gpt-transcribe",
    )
    assert fields_of(releases.unpublished_changes()) == [
        ("Voice", "marin", "cedar"),
        ("Noise reduction", "For a handset at the ear", "None"),
        ("End of a turn is noticed", "By silence", "By meaning"),
        (
            "Transcription models, in this order",
            "gpt-live-transcribe\ngpt-transcribe",
            "gpt-transcribe",
        ),
    ]


def test_a_release_from_before_there_were_voices_held_the_usual_one() -> None:
    agent = make.make_agent()
    release = make.publish()
    del release.snapshot["agents"][0]["voice"]
    release.save(update_fields=["snapshot"])
    assert releases.unpublished_changes() == []
    type(agent).objects.update(speed=1.25)
    assert fields_of(releases.unpublished_changes()) == [
        ("Speed of speech", "1.0", "1.25")
    ]


def test_a_release_from_before_there_were_trunks_had_none() -> None:
    number = make.make_number(path="sip")
    release = make.publish()
    del release.snapshot["numbers"][0]["trunk"]
    release.save(update_fields=["snapshot"])
    assert releases.unpublished_changes() == []
    type(number).objects.update(trunk=True)
    assert fields_of(releases.unpublished_changes()) == [
        ("Connected by a bare SIP trunk", "no", "yes")
    ]
    make.publish()
    found = live.current().number_for(number.e164)
    assert found is not None
    assert found.trunk


@pytest.mark.parametrize("path", ["relay", "person"])
def test_only_a_number_answered_speech_to_speech_can_be_on_a_trunk(path: str) -> None:
    number = make.make_number(path=path)
    number.trunk = True
    with pytest.raises(ValidationError, match="Only a number answered speech"):
        number.full_clean()


def test_a_language_that_is_added_is_one_change_besides_the_list() -> None:
    profile = make.make_profile(name="English")
    make.publish()
    make.make_language(profile, code="es-US", voice="es-US-Journey-O")
    assert releases.unpublished_changes() == [
        Change(PROFILE, "Languages", "en-US", "en-US, es-US"),
        Change("Language “English: es-US”", "", "", "added"),
    ]


PROFILE = "Language profile “English”"


def test_a_renamed_record_changes_nothing_where_it_is_used() -> None:
    make.make_number(agent=make.make_agent(name="Reception"))
    make.publish()
    Agent.objects.update(name="Front desk")
    assert fields_of(releases.unpublished_changes()) == [
        ("Name", "Reception", "Front desk")
    ]


def test_moving_a_rule_is_one_change() -> None:
    first, second = make.make_rule(name="first"), make.make_rule(name="second")
    make.publish()
    RoutingRule.objects.filter(pk=first.pk).update(position=9)
    assert releases.unpublished_changes() == [
        Change("Routing rules", "Order", "1. first\n2. second", "1. second\n2. first")
    ]
    second.delete()
    assert releases.unpublished_changes() == [
        Change("Routing rule “second”", "", "removed", "")
    ]


def test_what_a_rejected_caller_is_told_concerns_rejecting_rules_only() -> None:
    rule = make.make_rule()
    make.publish()
    RoutingRule.objects.filter(pk=rule.pk).update(action="reject", because="spam")
    assert fields_of(releases.unpublished_changes()) == [
        ("What happens", "Let an agent answer", "Reject the call"),
        ("What the caller is told", "", "Declined (603)"),
        ("Counted as", "", "Spam"),
    ]


def test_the_line_ends_of_a_browser_are_no_change() -> None:
    agent = make.make_agent(instructions="One.\nTwo.")
    make.publish()
    type(agent).objects.update(instructions="One. \r\nTwo.\r\n")
    assert releases.unpublished_changes() == []


def test_a_snapshot_survives_the_database_and_becomes_the_same_ruleset() -> None:
    make_everything()
    release = make.publish()
    release.refresh_from_db()
    assert compile_snapshot(1, release.snapshot) == compile_snapshot(
        1, releases.draft_snapshot()
    )


def test_everything_that_was_entered_is_in_the_ruleset() -> None:
    make_everything()
    ruleset = compile_snapshot(3, releases.draft_snapshot())
    number = ruleset.number_for("+12025550100")
    assert number is not None
    agent = ruleset.agents[number.agent]
    assert [tool.name for tool in agent.tools] == ["look_up"]
    assert [field.name for field in agent.fields] == ["caller_name", "matter"]
    assert [step.ring_seconds for step in policy_of(ruleset).steps] == [20, 20]
    assert agent.voice == VoiceSettings(voice="cedar", ghost_seconds=30.0)
    profile = ruleset.profiles[number.profile]
    assert [language.code for language in profile.languages] == ["en-US", "es-US"]
    assert profile.attributes["reportInputDuringAgentSpeech"] == "any"
    assert profile.attributes["dtmfDetection"] == "true"
    assert "eotThreshold" not in profile.attributes
    assert "customerName" not in profile.attributes
    (rule,) = ruleset.rules
    assert rule.numbers == {number.key}
    assert rule.callers == ("+12025550199", "+1303*")
    assert ruleset.calendars[rule.calendar].spans[0].weekday == 4


def policy_of(ruleset: Ruleset) -> Any:
    (policy,) = ruleset.policies.values()
    return policy


def make_everything() -> None:
    policy = make.make_policy(
        make.make_contact(calendar=make.make_calendar()), make.make_contact()
    )
    agent = make.make_agent(
        make.make_tool(name="look_up"), policy=policy, voice="cedar", ghost_seconds=30
    )
    make.make_field(agent, "caller_name", kind="name", required_before_handoff=True)
    make.make_field(agent, "matter")
    number = make.make_number(
        e164="+12025550100",
        agent=agent,
        policy=policy,
        profile=make.make_profile("en-US", "es-US"),
    )
    make.make_rule(
        number,
        caller_match="listed",
        callers="+12025550199\n+1303*",
        hours_match="open",
        calendar=make.make_calendar((4, "22:00", "02:00")),
    )
