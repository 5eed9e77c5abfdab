"""Tools that an agent may call over HTTP while it talks."""

from typing import Any

import jsonschema
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from routing.core.tool_rules import check_tool_url
from routing.models.choices import METHODS
from routing.models.validators import validate_secret_name, validate_tool_name


def no_arguments() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def validate_schema(schema: Any) -> None:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise ValidationError(
            "The arguments are an object with names: begin with "
            '{"type": "object", "properties": {…}}.',
            code="schema",
        )
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        place = " → ".join(str(step) for step in error.absolute_path) or "the top"
        raise ValidationError(
            f"At {place}: {error.message}. Correct it there; the rules are those of "
            "JSON Schema 2020-12.",
            code="schema",
        ) from None


class HttpTool(models.Model):
    name = models.CharField(
        max_length=64,
        unique=True,
        validators=[validate_tool_name],
        help_text="The name the agent calls it by: small letters, digits and "
        "underscores, for example check_opening_slots.",
    )
    description = models.TextField(
        "what it does",
        help_text="Tell the agent what the tool answers and when to use it. It decides "
        "from this text alone.",
    )
    method = models.CharField(
        max_length=8,
        choices=METHODS,
        default="POST",
        help_text="POST sends the arguments as JSON, GET in the address.",
    )
    url = models.CharField(
        "address",
        max_length=500,
        help_text="Where the request goes. It must begin with https://.",
    )
    allow_private = models.BooleanField(
        "allow private addresses",
        default=False,
        help_text="Only for a tool inside your own network. Ask an engineer first.",
    )
    schema = models.JSONField(
        "arguments",
        default=no_arguments,
        validators=[validate_schema],
        help_text="Which arguments the agent gives, as a JSON Schema. What it means "
        "is shown below it after saving.",
    )
    secret_name = models.CharField(
        "secret",
        max_length=120,
        blank=True,
        validators=[validate_secret_name],
        help_text="The name of the environment variable that holds the tool's access "
        "token, for example TOOL_SECRET_CRM. Never the token itself.",
    )
    timeout = models.FloatField(
        "give up after (seconds)",
        default=5.0,
        validators=[MinValueValidator(0.5), MaxValueValidator(20)],
        help_text="From 0.5 to 20. The caller waits this long at most.",
    )
    waiting_line = models.CharField(
        "said while waiting",
        max_length=250,
        blank=True,
        help_text="For example “Let me look that up.” Empty: the agent stays silent "
        "until the profile's own “one moment”.",
    )

    class Meta:
        verbose_name = "tool"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        problems = check_tool_url(self.url, allow_private=self.allow_private)
        if problems:
            raise ValidationError({"url": problems})

    def arguments(self) -> list[tuple[str, str, bool, str]]:
        """Name, kind, whether required, and meaning of each, for people to read."""
        required = self.schema.get("required", [])
        return [
            (name, kind_of(part), name in required, meaning_of(part))
            for name, part in self.schema.get("properties", {}).items()
        ]


def kind_of(part: object) -> str:
    if not isinstance(part, dict):
        return "anything"
    if "enum" in part:
        return "one of " + ", ".join(str(value) for value in part["enum"])
    kind = part.get("type", "anything")
    words = kind if isinstance(kind, list) else [kind]
    kind_text = " or ".join(str(word) for word in words)
    return f"{kind_text} ({part['format']})" if "format" in part else kind_text


def meaning_of(part: object) -> str:
    return str(part.get("description", "")) if isinstance(part, dict) else ""
