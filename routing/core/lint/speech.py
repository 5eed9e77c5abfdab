"""Languages, voices and greetings that the carrier would refuse, or that keep silent

about what callers must be told.
"""

from collections.abc import Iterator

from routing.core.lint.finding import Finding, Known, error
from routing.core.profile_rules import check_profile
from routing.core.ruleset import LanguageProfile, Ruleset
from routing.core.voice_rules import check_voice


def failing_speech(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for profile in ruleset.profiles.values():
        record = f"Language profile “{profile.name}”"
        for problem in check_profile(profile.languages, profile.attributes):
            yield error(
                "profiles",
                profile.key,
                "languages",
                record,
                problem,
                "Correct it there.",
            )
        yield from silent_about_the_machine(profile, record)
    for agent in ruleset.agents.values():
        record = f"Agent “{agent.name}”, voice"
        for name, problem in check_voice(agent.voice).items():
            field = RENAMED.get(name, name)
            yield error("agents", agent.key, field, record, "This would fail.", problem)


# Where the agent's form has another name for a setting.
RENAMED = {
    "model": "voice_model",
    "max_output_tokens": "voice_max_output_tokens",
    "reasoning_effort": "voice_reasoning_effort",
}


def silent_about_the_machine(
    profile: LanguageProfile, record: str
) -> Iterator[Finding]:
    """Of every greeting that is written, for a call may begin in any of them."""
    if not profile.must_disclose:
        return
    place = ("profiles", profile.key, "languages", record)
    for language in profile.languages:
        if not language.disclosure.strip():
            if language.greeting.strip():
                yield error(
                    *place,
                    f"{language.code}: callers must be told that a machine speaks, "
                    "but not in which words.",
                    "Write them under “words that tell callers it is a machine”.",
                )
        elif language.greeting.strip() and not says(
            language.greeting, language.disclosure
        ):
            yield error(
                *place,
                f"{language.code}: the greeting does not tell callers that a machine "
                "speaks.",
                f"Say “{language.disclosure.splitlines()[0].strip()}” in it.",
            )


def says(greeting: str, disclosure: str) -> bool:
    """Any of the lines will do."""
    heard = plain(greeting)
    wanted = (plain(line) for line in disclosure.splitlines())
    return any(words in heard for words in wanted if words)


def plain(text: str) -> str:
    return " ".join(text.casefold().split())
