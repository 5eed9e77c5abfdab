"""What billing refuses to do.

BillingError
└── BadPriceFile
"""


class BillingError(Exception):
    """The text is written for a person."""


class BadPriceFile(BillingError):
    """A price file that cannot be read; every text names its line."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
