"""The languages of the demo's lines. Sentences left out are the product's own."""

from collections.abc import Mapping

HINTS = "Lindqvist, boiler, radiator, thermostat, water heater, heat pump, postcode"
HINTS_ES = "Lindqvist, caldera, radiador, termostato, calentador, código postal"
ENGLISH = {
    "code": "en-US",
    "transcription_provider": "Deepgram",
    "speech_model": "nova-3-general",
    "tts_provider": "Google",
    "voice": "en-US-Chirp3-HD-Aoede",
    "greeting": "Lindqvist Heating and Plumbing, you are speaking with our automatic "
    "assistant. How can I help you?",
    "hints": HINTS,
}
SPANISH = {
    "code": "es-US",
    "transcription_provider": "Deepgram",
    "speech_model": "nova-3-general",
    "tts_provider": "Google",
    "voice": "es-US-Chirp3-HD-Aoede",
    "greeting": "Lindqvist, calefacción y fontanería. Le atiende nuestro asistente "
    "automático. ¿En qué puedo ayudarle?",
    "hints": HINTS_ES,
}
# Both sides of automatic detection are bound to these providers.
DETECTED = {
    "code": "multi",
    "transcription_provider": "Deepgram",
    "speech_model": "nova-3-general",
    "tts_provider": "ElevenLabs",
    "voice": "UgBBYS2sOqTuMpoF3BR0",
    "greeting": "Lindqvist Heating and Plumbing, this is our automatic assistant. How "
    "can I help you? También hablo español.",
    "hints": f"{HINTS}, {HINTS_ES}",
}

PROFILES: Mapping[str, tuple[dict[str, str], ...]] = {
    "English": (ENGLISH,),
    "English and Spanish": (ENGLISH, SPANISH),
    "Automatic detection": (DETECTED, ENGLISH, SPANISH),
}
