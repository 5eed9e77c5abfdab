"""A call in which the provider's model speaks and listens itself.

Theory of operation. The provider owns the turns: it hears the caller, answers, and
stops when interrupted. What stays ours is everything that is decided: the greeting,
tools, fields, limits, silence, handing over and ending. `VoiceCall.receive` takes
what the provider tells and returns what to ask of it; time is an argument.

Only one response may run at a time, so a wish to speak waits until the running one
has ended (`_wanted`). Tools are acted on when a completed response asks for them; all
of their outputs go back before one response is asked for. "Audible" is what the
provider plays to the caller, which lags behind what it has generated: the final
action, hanging up or handing over, comes only after the audio has stopped.
"""

from calls.core.voice.machine import VoiceCall
from calls.core.voice.state import Engine, VoicePast

__all__ = ["Engine", "VoiceCall", "VoicePast"]
