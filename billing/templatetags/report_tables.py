"""How the tables of a report are read out line by line, where there are no columns."""

from django import template

from billing.core.report_page import Section

register = template.Library()


@register.filter
def heading(section: Section, column: int) -> str:
    return section.headings[column] if column < len(section.headings) else ""
