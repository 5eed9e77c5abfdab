"""What can go wrong in this app, by whose fault it is.

CallsError
 ├─ ProviderError        a provider refused, failed or did not answer
 │   └─ NotFoundThere    the provider does not know what we asked about
 ├─ Unrenderable         our configuration cannot be put in the carrier's words
 └─ BadCallback          a signed callback that does not hold what it must

No text of these carries a number, a name or anything said: they end up in logs.
"""

from collections.abc import Sequence


class CallsError(Exception):
    pass


class ProviderError(CallsError):
    """`retryable`: asking again later may help. `code` is the provider's own."""

    def __init__(self, text: str, *, retryable: bool, code: str = "") -> None:
        super().__init__(text)
        self.retryable = retryable
        self.code = code


class NotFoundThere(ProviderError):
    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text, retryable=False, code=code)


class Unrenderable(CallsError):
    """`problems` are sentences for the manager who can set it right."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class BadCallback(CallsError):
    """`fields` are the names of what is missing or malformed, never their values."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"missing or malformed: {', '.join(fields)}")
        self.fields = tuple(fields)
