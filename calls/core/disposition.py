"""How a call ended: exactly one word for every call there can be.

The first line that holds gives the disposition.

| what happened                                          | disposition          |
|--------------------------------------------------------|----------------------|
| a contact took the caller                              | handed_off           |
| a recording was left                                   | voicemail            |
| the agent took a message                               | message_taken        |
| the policy promised to call back                       | callback_scheduled   |
| turned away: as spam, closed, over capacity, otherwise | spam, closed_hours,  |
|                                                        | overflowed, rejected |
| we broke down and nothing above came of it             | lost                 |
| nobody took the caller, who cannot be called back and  |                      |
| was offered no voicemail, or came to us for our fault  | lost                 |
| handed over for our own failure, and left waiting      | lost                 |
| nobody took the caller, who can be called back         | callback_scheduled   |
| never meant for the agent, and left without a word     | closed_hours,        |
| (closed, over capacity, spam; otherwise by choice)     | overflowed, spam,    |
|                                                        | caller_hung_up_early |
| waited for a person and hung up                        | caller_hung_up_early |
| the agent called it spam                               | spam                 |
| the agent answered what the caller said                | resolved             |
| anything else: nothing was said, or not answered yet   | caller_hung_up_early |

`lost` stands above the kinder words on purpose: where it is doubtful whether we or
the caller ended it, somebody has to look. Everything served comes before everything
that went wrong: a caller who was lost, brought back and then helped was helped.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from calls.core.words import Disposition
from routing.core.decision import Because, Verdict

TURNED_AWAY: Mapping[Because, Disposition] = {
    Because.SPAM: Disposition.SPAM,
    Because.CLOSED: Disposition.CLOSED_HOURS,
    Because.EMERGENCY: Disposition.CLOSED_HOURS,
    Because.OVERFLOW: Disposition.OVERFLOWED,
}


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a call that is over, as answers to plain questions."""

    verdict: Verdict
    because: Because = Because.RULE
    contact_took: bool = False
    recorded: bool = False
    message_taken: bool = False
    callback_promised: bool = False
    voicemail_offered: bool = False
    nobody_took: bool = False
    """The last hunt went through its list and nobody took the caller."""
    left_waiting: bool = False
    """The caller was to be handed over and left before anybody answered."""
    our_fault: bool = False
    """The last handoff was asked because we could not go on."""
    we_broke: bool = False
    """The call ended in a failure of ours, not in anything we meant to do."""
    callable: bool = True
    answered: bool = False
    """The agent answered something that the caller said."""
    called_spam: bool = False


def settle(story: Story) -> Disposition:
    served = served_by(story)
    if served is not None:
        return served
    if story.verdict is Verdict.REJECT:
        return TURNED_AWAY.get(story.because, Disposition.REJECTED)
    if is_lost(story):
        return Disposition.LOST
    if story.nobody_took and story.callable:
        return Disposition.CALLBACK_SCHEDULED
    if story.verdict is not Verdict.ACCEPT:
        return TURNED_AWAY.get(story.because, Disposition.CALLER_HUNG_UP_EARLY)
    if story.left_waiting or story.nobody_took:
        return Disposition.CALLER_HUNG_UP_EARLY
    if story.called_spam:
        return Disposition.SPAM
    if story.answered:
        return Disposition.RESOLVED
    return Disposition.CALLER_HUNG_UP_EARLY


def served_by(story: Story) -> Disposition | None:
    """The caller got something, whatever else went wrong."""
    if story.contact_took:
        return Disposition.HANDED_OFF
    if story.recorded:
        return Disposition.VOICEMAIL
    if story.message_taken:
        return Disposition.MESSAGE_TAKEN
    if story.callback_promised:
        return Disposition.CALLBACK_SCHEDULED
    return None


def is_lost(story: Story) -> bool:
    if story.we_broke:
        return True
    if story.nobody_took and not story.callable:
        return story.our_fault or not story.voicemail_offered
    return story.left_waiting and story.our_fault
