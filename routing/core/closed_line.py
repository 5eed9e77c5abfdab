"""What a closed line decides, before any rule is asked."""

from routing.core.closure import Closure, ClosureAction
from routing.core.decision import Because, ConditionTrace, Decision, RuleTrace, Verdict
from routing.core.ruleset import Number, Ruleset

VERDICTS = {
    ClosureAction.VOICEMAIL: Verdict.VOICEMAIL,
    ClosureAction.DIVERT: Verdict.DIVERT,
    ClosureAction.MESSAGE: Verdict.REJECT,
}
UNAVAILABLE = 480


def closed_line(ruleset: Ruleset, number: Number, closure: Closure) -> Decision:
    """A policy that this release does not know is the number's own."""
    looked_at = ConditionTrace(
        f"switched on by {closure.switched_on}", closure.reason, True
    )
    known = ruleset.policy_for(closure.policy) is not None
    return Decision(
        verdict=VERDICTS[closure.action],
        because=Because.EMERGENCY,
        rule=closure.name,
        release=ruleset.number,
        agent=number.agent,
        profile=number.profile,
        policy=closure.policy if known else number.policy,
        sip_status=UNAVAILABLE,
        message=closure.message,
        trace=(RuleTrace(closure.name, True, (looked_at,)),),
    )
