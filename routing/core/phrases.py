"""What the product says unless a language profile words it differently.

Written to be heard: short sentences, nothing to read twice, no brand and no promise
that only a person could keep.
"""

from collections.abc import Mapping

from routing.core.ruleset import Phrases

ENGLISH = Phrases(
    filler="One moment, please.",
    apology="I am sorry, that took too long on my side.",
    still_there="Are you still there?",
    silence_goodbye="I cannot hear you, so I will end the call here. Goodbye.",
    length_warning="We have about a minute left on this call.",
    limit_goodbye="I have to end the call here. Thank you for calling. Goodbye.",
    handoff="I will put you through to a colleague. Please hold the line.",
    resumed="Sorry, the line dropped for a moment. I am back.",
    closing="Thank you for calling. Goodbye.",
    whisper="You have a call from the phone assistant. Press 1 to take it.",
    voicemail="Please leave your name, your number and a short message after the tone.",
    nobody_free="I am sorry, nobody is free at the moment.",
    closed="Thank you for calling. We are closed at the moment.",
    callback_offer="I am sorry, nobody is free at the moment. To be called back on the "
    "number you are calling from, press 1 now. Or stay on the line to leave a message.",
    callback_promised="Thank you. We will call you back on this number.",
)

SPANISH = Phrases(
    filler="Un momento, por favor.",
    apology="Lo siento, he tardado demasiado en responder.",
    still_there="¿Sigue ahí?",
    silence_goodbye="No le oigo, así que voy a terminar la llamada. Adiós.",
    length_warning="Nos queda más o menos un minuto de llamada.",
    limit_goodbye="Tengo que terminar la llamada. Gracias por llamar. Adiós.",
    handoff="Le paso con un compañero. No cuelgue, por favor.",
    resumed="Perdone, se ha cortado un momento. Ya estoy aquí.",
    closing="Gracias por llamar. Adiós.",
    whisper="Tiene una llamada del asistente telefónico. Pulse 1 para atenderla.",
    voicemail="Deje su nombre, su número y un mensaje breve después de la señal.",
    nobody_free="Lo siento, ahora mismo no hay nadie disponible.",
    closed="Gracias por llamar. En este momento estamos cerrados.",
    callback_offer="Lo siento, ahora mismo no hay nadie disponible. Para que le "
    "llamemos al número desde el que llama, pulse 1. O espere para dejar un mensaje.",
    callback_promised="Gracias. Le llamaremos a este número.",
)

# "multi" is automatic detection: until the caller has spoken, English is the guess.
BY_LANGUAGE: Mapping[str, Phrases] = {
    "en": ENGLISH,
    "es": SPANISH,
    "multi": ENGLISH,
}


# What may stay without words in a language of which we have no sentences; the offer is
# then made in English. All others it has to bring, so that no call is led in English.
OFFERS = ("callback_offer", "callback_promised")


def has_phrases(code: str) -> bool:
    return primary(code) in BY_LANGUAGE


def phrases_for(code: str) -> Phrases:
    """English for a language we have no sentences in; forms ask for those."""
    return BY_LANGUAGE.get(primary(code), ENGLISH)


def primary(code: str) -> str:
    """ "en" of "en-US"."""
    return code.lower().partition("-")[0]
