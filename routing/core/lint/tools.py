"""Tools that would be refused, or that anybody may call."""

from collections.abc import Iterator

from routing.core.lint.finding import Finding, Known, warning
from routing.core.ruleset import Ruleset


def tools_without_secret(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    tools = {tool.key: tool for a in ruleset.agents.values() for tool in a.tools}
    for tool in tools.values():
        place = ("tools", tool.key, "secret_name", f"Tool “{tool.name}”")
        if tool.secret_name and tool.secret_name not in known.secrets:
            yield warning(
                *place,
                f"Its secret {tool.secret_name} is not set here, so it is asked "
                "without one and will probably refuse.",
                "Have an engineer set it, or correct the name.",
            )
        elif not tool.secret_name and not tool.allow_private:
            yield warning(
                *place,
                "It is asked over the internet without a secret: whoever knows the "
                "address can ask it too.",
                "Name a secret that an engineer has set.",
            )
