"""What the product did that the real provider would refuse, warn of or trip over."""

import time
from collections import deque
from dataclasses import asdict, dataclass

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Violation:
    code: str
    text: str
    call_sid: str = ""
    scenario: str = ""
    at: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class ViolationLog:
    """The newest violations of the whole run, oldest first."""

    def __init__(self) -> None:
        self.kept: deque[Violation] = deque(maxlen=KEPT)
        self.total = 0

    def add(
        self, code: str, text: str, *, call_sid: str = "", scenario: str = ""
    ) -> Violation:
        violation = Violation(code, text[:2000], call_sid, scenario, time.time())
        self.kept.append(violation)
        self.total += 1
        return violation

    def clear(self) -> None:
        self.kept.clear()
        self.total = 0
