"""The conversation between a caller and the agent, as a machine without I/O.

Theory of operation. Events go in through `Conversation.receive`, actions come out;
time is an argument and `deadline` says when to call back with `DeadlinePassed`.
`state.py` holds the states and every step between them, `floor.py` what both sides
share (speaking, noting, closing), `agent_side.py` the model and its tools,
`caller_side.py` words, keys and barge-in, `machine.py` the entrance, time and
limits.

Every answer of the model has a turn number; events of an older turn are late and
dropped. What the caller says while the agent has the floor is kept and answered
next. A barge-in cuts the agent's turn at what the caller really heard, and exactly
that goes into the history. Nothing here may leave the caller in silence: THINKING
has a filler and a deadline, SPEAKING a stall watch, WORKING a waiting line and a
deadline, and LISTENING the silence ladder.
"""

from calls.core.conversation.machine import Conversation
from calls.core.conversation.state import Past, Setting, State

__all__ = ["Conversation", "Past", "Setting", "State"]
