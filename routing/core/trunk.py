"""What a bare trunk cannot do.

The carrier sends the call straight to the voice model. Before that has accepted it,
nobody can say a sentence, ask for a key or record a message: all there is are the SIP
statuses by which the call is rejected.
"""

from dataclasses import replace

from routing.core.decision import Decision, Verdict

UNAVAILABLE = 480


def over_trunk(decision: Decision, *, has_number: bool) -> Decision:
    """`has_number`: the caller could be called back."""
    verdict = decision.verdict
    nobody_to_call = verdict is Verdict.CALLBACK and not has_number
    if verdict is Verdict.VOICEMAIL or nobody_to_call:
        return replace(decision, verdict=Verdict.REJECT, sip_status=UNAVAILABLE)
    return decision


def trunk_words(decision: Decision, *, has_number: bool) -> str:
    """What becomes of a call that was decided so, in a sentence."""
    done = over_trunk(decision, has_number=has_number)
    match done.verdict:
        case Verdict.ACCEPT:
            return "The voice model answers as below."
        case Verdict.DIVERT:
            return (
                "The agent answers, says that it puts the caller through, and hands "
                "the call to the first person who is on duty. If there is nobody, the "
                f"call is rejected with SIP status {UNAVAILABLE} and a follow-up to "
                "call back is opened."
            )
        case Verdict.CALLBACK:
            return (
                f"The call is rejected with SIP status {UNAVAILABLE}, for nothing can "
                "be asked, and a follow-up to call back is opened."
            )
        case _:
            rejected = f"The call is rejected with SIP status {done.sip_status}"
    if decision.verdict is Verdict.VOICEMAIL:
        return f"{rejected}, for nothing can be recorded."
    if decision.verdict is Verdict.CALLBACK:
        return f"{rejected}, for nobody can be called back without a number."
    return (
        f"{rejected}, for nothing can be said." if decision.message else f"{rejected}."
    )
