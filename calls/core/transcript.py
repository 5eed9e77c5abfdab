"""The journal of a call, told as a story: one line for each thing that happened.

What belongs together becomes one line although the journal has several entries: an
answer and the moment the caller cut it short, a tool and what came back, a contact
and how the ringing ended. Entries come from several writers and from older releases,
so an unknown kind is told as it stands and a missing key leaves a gap, nothing more.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from calls.core.lines import (
    ANNOUNCEMENTS,
    ENDINGS,
    OWN_TOOLS,
    RINGING_ENDED,
    Entry,
    Line,
    Look,
    Story,
    Tone,
    as_text,
    facts_of,
    in_words,
    same_language,
    split_heard,
    words_in_common,
)
from calls.core.words import EventKind


def tell(events: Iterable[Entry], offered_at: datetime) -> list[Line]:
    entries = sorted(events, key=lambda e: (e.at, e.stream, e.seq))
    turns = {e.text("turn") for e in entries if e.kind == EventKind.AGENT_SAID}
    story = Story(offered_at, turns)
    for entry in entries:
        TELLERS.get(entry.kind, tell_unknown)(story, entry)
    return story.lines


Teller = Callable[[Story, Entry], None]


def say(look: Look, title: str, key: str = "") -> Teller:
    """A line that needs nothing but one value of its own entry."""

    def teller(story: Story, entry: Entry) -> None:
        story.put(entry, look, title, entry.text(key))

    return teller


# Who said what


def tell_caller(story: Story, entry: Entry) -> None:
    story.put(entry, Look.CALLER, "Caller", entry.text("text"))
    language = entry.text("language")
    known = story.language or language
    if not same_language(language or known, known):
        story.speak(language)
    story.language = language or known


def tell_keys(story: Story, entry: Entry) -> None:
    digits = " ".join(entry.text("digits"))
    story.put(entry, Look.CALLER, "Caller pressed keys", digits)


def tell_agent(story: Story, entry: Entry) -> None:
    turn, waited = entry.text("turn"), entry.seconds("first_token_ms", 1000)
    index = story.put(entry, Look.AGENT, "Agent", entry.text("text"))
    story.note(f"began after {waited}" if waited else "")
    story.told[Look.AGENT, turn] = index
    if cut := story.cuts.pop(turn, None):
        cut_short(story, index, cut)


def tell_cut(story: Story, entry: Entry) -> None:
    """A cut may be written before the answer it cuts, and then waits for it.

    It names what was `kept` of an answer; without that, what was cut is looked for.
    """
    turn = entry.text("turn")
    index = story.told.get((Look.AGENT, turn))
    if index is None and turn in story.turns:
        story.cuts[turn] = entry
        return
    if index is None or "kept" not in entry.data:
        index = spoken_at(story, turn, entry.text("heard"))
    if index is None:
        index = story.put(entry, Look.AGENT, "Agent")
    cut_short(story, index, entry)


def spoken_at(story: Story, turn: str, heard: str) -> int | None:
    """The line that was audible: back to the answer of `turn`, the one that fits.

    It need not be the answer itself, for an announcement may have followed it.
    """
    first = story.told.get((Look.AGENT, turn), 0)
    spoken = [
        index
        for index in range(len(story.lines) - 1, first - 1, -1)
        if story.lines[index].look in (Look.AGENT, Look.PRODUCT)
    ]
    fits = (i for i in spoken if words_in_common(story.lines[i].text, heard))
    return next(fits, spoken[0] if spoken else None)


def cut_short(story: Story, index: int, entry: Entry) -> None:
    line = story.lines[index]
    heard = entry.text("kept" if "kept" in entry.data else "heard")
    heard, unheard = split_heard(line.text, heard)
    after = entry.seconds("heard_ms", 1000)
    note = f"cut off after {after}" if after else "cut off"
    story.lines[index] = replace(line, cut=True, text=heard, unheard=unheard, note=note)


def tell_product(story: Story, entry: Entry) -> None:
    why = entry.text("why")
    title = ANNOUNCEMENTS.get(why) or in_words(why) or "Announcement"
    story.put(entry, Look.PRODUCT, title, entry.text("text"))


# What was looked up and written down


def tell_tool_asked(story: Story, entry: Entry) -> None:
    if entry.text("name") not in OWN_TOOLS:
        put_tool(story, entry)


def put_tool(story: Story, entry: Entry) -> int:
    index = story.put(entry, Look.TOOL, entry.words("name") or "A tool")
    asked = facts_of(entry.data.get("arguments"))
    story.lines[index] = replace(story.lines[index], note="no answer yet", asked=asked)
    story.told[Look.TOOL, entry.text("tool_call")] = index
    return index


def tell_tool_answered(story: Story, entry: Entry) -> None:
    failed = entry.data.get("ok") is False
    if own := OWN_TOOLS.get(entry.text("name")):
        if failed:
            title = f"The agent wanted to {own} and was told"
            story.put(entry, Look.NOTE, title, entry.text("output"))
        return
    index = story.told.pop((Look.TOOL, entry.text("tool_call")), None)
    if index is None:
        index = put_tool(story, entry)
    story.lines[index] = replace(
        story.lines[index],
        note=entry.seconds("ms", 1000),
        tone=Tone.BAD if failed else Tone.GOOD,
        answer=facts_of(entry.data.get("output")),
    )


def tell_field(story: Story, entry: Entry) -> None:
    story.put(entry, Look.FIELD, entry.words("name"), entry.text("value"))


def tell_message(story: Story, entry: Entry) -> None:
    story.put(entry, Look.FIELD, "Took a message", entry.text("message"))
    if number := entry.text("callback_number"):
        story.note(f"call back on {number}")


# The line itself


def tell_connected(story: Story, entry: Entry) -> None:
    resumed = entry.data.get("resumed") is True
    title = "The agent is back on the line" if resumed else "The agent is on the line"
    story.put(entry, Look.CONNECTION, title)
    story.speak(entry.text("language"))


def tell_language(story: Story, entry: Entry) -> None:
    story.put(entry, Look.CONNECTION, "The language changed")
    story.speak(entry.text("language"))


def tell_limit(story: Story, entry: Entry) -> None:
    limit = entry.text("limit")
    what = {"seconds": "length", "cost": "cost"}.get(limit, "this call")
    story.put(entry, Look.WARNING, f"Close to the limit on {what}")


def tell_disconnected(story: Story, entry: Entry) -> None:
    if entry.text("code") not in ("", "1000", "1001"):
        story.put(entry, Look.WARNING, "The connection broke", entry.words("why"))


def tell_session_ended(story: Story, entry: Entry) -> None:
    """Only a failure is told; what follows a good end tells it by itself."""
    if entry.text("status") == "failed":
        message, code = entry.text("error_message"), entry.text("error_code")
        story.put(entry, Look.WARNING, "The carrier lost the conversation", message)
        story.note(f"carrier error {code}" if code else "")


def tell_prompt_changed(story: Story, entry: Entry) -> None:
    what = entry.text("what").replace(", ", " and ") or "settings"
    title = f"The agent's {what} were changed during the call"
    story.put(entry, Look.WARNING, title)


def tell_cache_lost(story: Story, entry: Entry) -> None:
    """A token is what a model reads by, and what its provider counts."""
    title = "After the change the model read everything again"
    text = "What it had read before is charged for at the full price once more."
    story.put(entry, Look.WARNING, title, text)
    cost = entry.text("cost")
    dearer = f", about {cost} US dollars" if cost else ""
    story.note(f"{entry.text('lost')} tokens more at the full price{dearer}")


# People


def tell_handoff(story: Story, entry: Entry) -> None:
    reason, asked_by = entry.words("reason"), entry.words("asked_by")
    title = f"Handoff: {reason}" if reason else "Handoff"
    story.put(entry, Look.HANDOFF, title, entry.text("summary"))
    story.note(f"asked for by: {asked_by}" if asked_by else "")


def tell_ringing(story: Story, entry: Entry) -> None:
    contact = entry.text("contact")
    index = story.put(entry, Look.CONTACT, f"Rang {contact or 'a contact'}")
    story.note("ringing")
    story.told[Look.CONTACT, contact] = index


def tell_answered(story: Story, entry: Entry) -> None:
    contact, result = entry.text("contact"), entry.text("result")
    index = story.told.pop((Look.CONTACT, contact), None)
    if index is None:
        index = story.put(entry, Look.CONTACT, f"Rang {contact or 'a contact'}")
    ended = (entry.words("result").lower(), Tone.PLAIN)
    note, tone = RINGING_ENDED.get(result, ended)
    if seconds := entry.seconds("seconds"):
        note = f"{note}, {seconds}"
    story.lines[index] = replace(story.lines[index], note=note, tone=tone)


def tell_voicemail_left(story: Story, entry: Entry) -> None:
    story.put(entry, Look.VOICEMAIL, "The caller left a voicemail")
    story.note(entry.seconds("seconds"))


# Beginning and end


def tell_ending(story: Story, entry: Entry) -> None:
    why = entry.text("why")
    title = ENDINGS.get(why) or in_words(why) or "The conversation ended"
    story.put(entry, Look.NOTE, title, entry.words("outcome"))


def tell_closed(story: Story, entry: Entry) -> None:
    story.put(entry, Look.NOTE, "The call was closed", entry.words("disposition"))


def tell_nothing(story: Story, entry: Entry) -> None:
    """For the technical trail only."""


def tell_unknown(story: Story, entry: Entry) -> None:
    story.put(entry, Look.NOTE, in_words(entry.kind), as_text(dict(entry.data)))


TELLERS: Mapping[str, Teller] = {
    EventKind.OFFERED: say(Look.NOTE, "The call came in"),
    EventKind.CONNECTED: tell_connected,
    EventKind.GREETED: say(Look.PRODUCT, "Greeting", "text"),
    EventKind.CALLER_SAID: tell_caller,
    EventKind.CALLER_KEYED: tell_keys,
    EventKind.AGENT_SAID: tell_agent,
    EventKind.AGENT_CUT: tell_cut,
    EventKind.PRODUCT_SAID: tell_product,
    EventKind.TOOL_ASKED: tell_tool_asked,
    EventKind.TOOL_ANSWERED: tell_tool_answered,
    EventKind.FIELD_COLLECTED: tell_field,
    EventKind.MESSAGE_TAKEN: tell_message,
    EventKind.LANGUAGE_CHANGED: tell_language,
    EventKind.MODEL_FAILED: say(
        Look.WARNING, "The language model gave no answer", "reason"
    ),
    EventKind.LIMIT_WARNED: tell_limit,
    EventKind.DISCONNECTED: tell_disconnected,
    EventKind.SESSION_ENDED: tell_session_ended,
    EventKind.RECONNECTED: say(
        Look.CONNECTION, "The carrier brought the caller back to us"
    ),
    EventKind.HANDOFF_ASKED: tell_handoff,
    EventKind.CONTACT_RINGING: tell_ringing,
    EventKind.CONTACT_ANSWERED: tell_answered,
    EventKind.VOICEMAIL_OFFERED: say(
        Look.VOICEMAIL, "Asked the caller to leave a voicemail"
    ),
    EventKind.VOICEMAIL_LEFT: tell_voicemail_left,
    EventKind.CARRIER_STATUS: tell_nothing,
    EventKind.PROMPT_CHANGED: tell_prompt_changed,
    EventKind.CACHE_LOST: tell_cache_lost,
    EventKind.UNKNOWN_EVENT: tell_nothing,
    EventKind.NOTED: say(Look.NOTE, "Note", "text"),
    EventKind.ENDING: tell_ending,
    EventKind.CLOSED: tell_closed,
}
