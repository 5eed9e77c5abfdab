"""Where the budgets stand, as admission is told of it."""

from dataclasses import dataclass
from enum import StrEnum


class BudgetScope(StrEnum):
    ACCOUNT = "account"
    NUMBER = "number"
    AGENT = "agent"


class BudgetState(StrEnum):
    """From bad to worse: `warned` and `acted` say which kind of step was reached."""

    OK = "ok"
    WARNED = "warned"
    ACTED = "acted"
    SPENT = "spent"


class BudgetAction(StrEnum):
    """What a step of a budget does, from mild to strict."""

    WARN = "warn"
    SHORTER_CALLS = "shorter_calls"
    CHEAPER_AGENT = "cheaper_agent"
    PERSON = "person"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    NO_AI = "no_ai"


SEVERITY = {state: place for place, state in enumerate(BudgetState)}


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """One budget in its running day or month.

    `key` is the number in E.164, the key of the agent, or empty for the account.
    `action` is that of the highest step reached. `words` are for a manager:
    "$812.40 of $1,000.00 this month (81 %)". `agent` belongs to CHEAPER_AGENT,
    `most_seconds` to SHORTER_CALLS.
    """

    scope: BudgetScope
    key: str
    name: str
    state: BudgetState
    words: str
    action: BudgetAction | None = None
    agent: str = ""
    most_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Budgets:
    """Every budget at one moment."""

    standings: tuple[BudgetStanding, ...] = ()

    def concerning(self, number: str, agent: str) -> list[BudgetStanding]:
        if not self.standings:
            return []
        keys = {
            BudgetScope.ACCOUNT: "",
            BudgetScope.NUMBER: number,
            BudgetScope.AGENT: agent,
        }
        return [s for s in self.standings if keys[s.scope] == s.key]

    def state(self, scope: BudgetScope, key: str = "") -> BudgetState:
        """The worst of the account, of a number (E.164) or of an agent (its key)."""
        states = [s.state for s in self.standings if (s.scope, s.key) == (scope, key)]
        return max(states, key=SEVERITY.__getitem__, default=BudgetState.OK)

    def worst(self, number: str, agent: str) -> BudgetState:
        """Of all budgets that a call to the number, taken by the agent, counts for."""
        states = [s.state for s in self.concerning(number, agent)]
        return max(states, key=SEVERITY.__getitem__, default=BudgetState.OK)


NO_BUDGETS = Budgets()
