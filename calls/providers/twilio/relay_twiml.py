"""`<Connect><ConversationRelay>`: a language profile in Twilio's words.

Twilio fails the call on an empty attribute (64101) and ignores one that it does not
know, so nothing empty is written and everything written is checked against our own
table. What the table wants and the profile lacks is not an error here: the profile
was complete when it was published, and an attribute that the table learns later must
not silence the line.
"""

from collections.abc import Mapping

from twilio.twiml.voice_response import (  # type: ignore[import-untyped]  # no stubs
    VoiceResponse,
)

from calls.core.instructions import ConnectAgent
from calls.errors import Unrenderable
from routing.core.profile_rules import element
from routing.core.relay_attributes import check_attributes, check_language_element
from routing.core.ruleset import Language
from routing.core.speech_rules import FLUX

FLUX_ONLY = frozenset({"eotThreshold", "eagerEotThreshold"})


def connect(
    response: VoiceResponse, ask: ConnectAgent, *, relay_url: str, action: str
) -> None:
    if not ask.profile.languages:
        raise Unrenderable([f"{ask.profile.name}: has no language."])
    attributes = relay_attributes(ask, relay_url)
    languages = [element(language) for language in ask.profile.languages]
    check(attributes, languages)
    relay = response.connect(action=action, method="POST").conversation_relay(
        **attributes
    )
    for written in languages:
        relay.language(**written)
    relay.parameter(name="token", value=ask.token)


def relay_attributes(ask: ConnectAgent, relay_url: str) -> dict[str, str]:
    """Everything that shapes the conversation, nothing empty.

    Provider, voice and model are the current language's: they are repeated from its
    own element because what is not given there is taken from here.
    """
    language = ask.profile.language(ask.language)
    spoken = element(language)
    spoken["language"] = spoken.pop("code")
    behaviour = {
        name: value
        for name, value in ask.profile.attributes.items()
        if value and (name not in FLUX_ONLY or language.speech_model == FLUX)
    }
    greeting = greeting_of(ask, language)
    return {
        **behaviour,
        **spoken,
        **({"welcomeGreeting": greeting} if greeting else {}),
        "url": relay_url,
    }


def greeting_of(ask: ConnectAgent, language: Language) -> str:
    """Twilio speaks it again on every new `<Connect>`, so only the first has one."""
    return language.greeting.strip() if ask.greet else ""


def check(attributes: Mapping[str, str], languages: list[dict[str, str]]) -> None:
    problems = check_attributes(attributes)
    for written in languages:
        code = written.get("code", "")
        problems += [f"{code}: {text}" for text in check_language_element(written)]
    if problems:
        raise Unrenderable(problems)
