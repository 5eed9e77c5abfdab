"""How many calls there may be at the same time."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

MOST = 10_000
MOST_HELP = (
    "A call above that is not answered by an agent but treated as its number says "
    "under “When no line is free”. 0: no limit."
)


class Limited(models.Model):
    max_calls = models.PositiveIntegerField(
        "calls at the same time",
        default=0,
        validators=[MaxValueValidator(MOST)],
        help_text=MOST_HELP,
    )
    kept_calls = models.PositiveIntegerField(
        "of these kept for priority callers",
        default=0,
        validators=[MaxValueValidator(MOST)],
        help_text="Others are treated as if that many fewer were allowed. Priority "
        "callers are those on a caller list of the kind “VIP”.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if problems := self.limit_problems():
            raise ValidationError(problems)

    def limit_problems(self) -> dict[str, str]:
        most, kept = self.max_calls, self.kept_calls
        if most is None or not kept or kept < most:
            return {}
        return {"kept_calls": self.too_many_kept()}

    def too_many_kept(self) -> str:
        if not self.max_calls:
            return "Write 0: where there is no limit, nothing need be kept."
        return (
            f"Keep fewer than the {self.max_calls} calls there may be, or nobody else "
            "would ever be answered."
        )
