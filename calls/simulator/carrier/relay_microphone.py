"""The caller's voice and keys in a relay session, as the recogniser delivers them."""

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.party import Utterance
from calls.simulator.carrier.relay_settings import RelaySettings
from calls.simulator.carrier.relay_speaker import RelaySpeaker, Send

PARTIAL_EVERY_S = 0.3
FINAL_AFTER_S = 0.35
KEY_S = 0.15
BACKCHANNELS = frozenset({"mm-hmm", "uh-huh", "ok", "okay", "yeah", "right", "sure"})


class RelayMicrophone:
    def __init__(
        self,
        call: CarrierCall,
        settings: RelaySettings,
        speaker: RelaySpeaker,
        send: Send,
    ) -> None:
        self.call = call
        self.settings = settings
        self.speaker = speaker
        self.send = send
        self.language = settings.stt_language
        self._unfinished = ""

    async def speak(self, said: Utterance) -> None:
        """Say something; it is finalised in one prompt or, with pauses, in several."""
        parts = split(said.text, said.split_into)
        for number, part in enumerate(parts):
            if number:
                await self.call.clock.sleep(said.pause_s)
            await self._say_part(part, said)

    async def _say_part(self, part: str, said: Utterance) -> None:
        self.speaker.catch_up()
        over_agent = self.speaker.speaking
        self.speaker.inform_caller_speaking("on")
        if not self._is_backchannel(part):
            self.speaker.caller_speaks = True
            self.speaker.interrupt("speech")
        delivered = not over_agent or self.settings.reports("speech")
        if not delivered:
            self.call.warn("words spoken over the agent were not reported")
        await self._pronounce(part, said, delivered=delivered)
        self.speaker.caller_speaks = False
        if said.breaks_off:
            return
        self.speaker.inform_caller_speaking("off")
        await self.call.clock.sleep(FINAL_AFTER_S)
        if delivered:
            self._prompt(part, said.lang, last=True)
            self.speaker.prompted_at = self.call.clock.now()
        self._unfinished = ""

    def _is_backchannel(self, text: str) -> bool:
        return (
            self.settings.node.flag("ignoreBackchannel")
            and text.lower().strip(" .,!") in BACKCHANNELS
        )

    async def _pronounce(self, part: str, said: Utterance, *, delivered: bool) -> None:
        """Speak at the speed of speech; partial prompts are cumulative."""
        words = part.split()
        if said.breaks_off:
            words = words[: max(1, len(words) // 2)]
        seconds = self.call.speaking_time(" ".join(words))
        wants = self.settings.node.flag("partialPrompts") and said.partials
        steps = min(len(words), int(seconds / PARTIAL_EVERY_S)) if wants else 0
        for step in range(1, steps + 1):
            await self.call.clock.sleep(seconds / steps)
            spoken = " ".join(words[: max(1, len(words) * step // steps)])
            if delivered and step < steps:
                self._prompt(spoken, said.lang, last=False)
        if not steps:
            await self.call.clock.sleep(seconds)
        self._unfinished = " ".join(words) if delivered else ""

    def _prompt(self, text: str, lang: str, *, last: bool) -> None:
        heard, tag = self._transcribe(text, lang)
        self.send({"type": "prompt", "voicePrompt": heard, "lang": tag, "last": last})

    def _transcribe(self, text: str, lang: str) -> tuple[str, str]:
        """`multi` tells the primary subtag only; an unexpected language is misheard."""
        if self.language == "multi":
            return text, lang.partition("-")[0]
        if lang.partition("-")[0] != self.language.partition("-")[0]:
            return mishear(text), self.language
        return text, self.language

    async def press(self, digit: str) -> None:
        self.speaker.catch_up()
        over_agent = self.speaker.speaking
        self.speaker.interrupt("dtmf")
        if self.settings.node.flag("dtmfDetection") and (
            not over_agent or self.settings.reports("dtmf")
        ):
            self.send({"type": "dtmf", "digit": digit})
        await self.call.clock.sleep(KEY_S)

    def leave(self) -> None:
        """The caller hangs up, perhaps in the middle of a sentence."""
        if self._unfinished and self.settings.node.flag("partialPromptOnHangup"):
            self._prompt(self._unfinished, self.language, last=True)


def split(text: str, parts: int) -> list[str]:
    """Cut a text into so many runs of words, none of them empty."""
    words = text.split()
    parts = max(1, min(parts, len(words)))
    size = -(-len(words) // parts)
    return [" ".join(words[i : i + size]) for i in range(0, len(words), size)]


def mishear(text: str) -> str:
    """What a recogniser makes of a language that it does not expect: noise."""
    return " ".join(word[:2].lower() for word in text.split())
