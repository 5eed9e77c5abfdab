"""The rows of totals: moved by differences, or added up anew from the entries."""

from datetime import date

from django.db import connection, transaction

from billing.models import CallTotal, DayTotal
from billing.services.entries import Outcome, Outcomes, Sums, Totals
from billing.services.locks import lock_alone

BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)

MONEY = """
INSERT INTO billing_daytotal (
    day, number, agent, release, language, disposition, component, cause, currency,
    amount, estimated, charges, gaps, tokens_in, tokens_cached)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT billing_day_total_once DO UPDATE SET
    amount = billing_daytotal.amount + EXCLUDED.amount,
    estimated = billing_daytotal.estimated + EXCLUDED.estimated,
    charges = billing_daytotal.charges + EXCLUDED.charges,
    gaps = billing_daytotal.gaps + EXCLUDED.gaps,
    tokens_in = billing_daytotal.tokens_in + EXCLUDED.tokens_in,
    tokens_cached = billing_daytotal.tokens_cached + EXCLUDED.tokens_cached
"""
CALLS = """
INSERT INTO billing_calltotal (
    day, number, agent, release, language, disposition,
    calls, answered, contained, handed_off, leads)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT billing_call_total_once DO UPDATE SET
    calls = billing_calltotal.calls + EXCLUDED.calls,
    answered = billing_calltotal.answered + EXCLUDED.answered,
    contained = billing_calltotal.contained + EXCLUDED.contained,
    handed_off = billing_calltotal.handed_off + EXCLUDED.handed_off,
    leads = billing_calltotal.leads + EXCLUDED.leads
"""
# A charge counts as one under its main cause; its other causes have parts of it.
PARTS = """
CROSS JOIN LATERAL (
    SELECT charge.cause AS cause,
        CASE WHEN charge.causes = '{}' THEN charge.amount
             ELSE (charge.causes ->> charge.cause)::numeric END AS amount,
        1 AS charges, jsonb_array_length(charge.gaps) AS gaps,
        charge.tokens_in AS tokens_in, charge.tokens_cached AS tokens_cached
    UNION ALL
    SELECT other.key, other.value::numeric, 0, 0, 0, 0
    FROM jsonb_each_text(charge.causes) AS other WHERE other.key <> charge.cause
) AS part
"""
SUMS = """
    sum(part.amount), coalesce(sum(part.amount) FILTER (WHERE charge.estimated), 0),
    sum(part.charges), sum(part.gaps), sum(part.tokens_in), sum(part.tokens_cached)
"""
COLUMNS = """
INSERT INTO billing_daytotal (
    day, number, agent, release, language, disposition, component, cause, currency,
    amount, estimated, charges, gaps, tokens_in, tokens_cached)
"""
OF_CALLS = f"""{COLUMNS}
SELECT sheet.day, sheet.number, sheet.agent, sheet.release, sheet.language,
    sheet.disposition, charge.component, part.cause, charge.currency, {SUMS}
FROM billing_callsheet AS sheet
JOIN billing_charge AS charge ON charge.call_id = sheet.call_id {PARTS}
WHERE sheet.day = %s
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
OF_NO_CALL = f"""{COLUMNS}
SELECT charge.day, charge.number, '', 0, '', '', charge.component, part.cause,
    charge.currency, {SUMS}
FROM billing_charge AS charge {PARTS}
WHERE charge.call_id IS NULL AND charge.day = %s
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
OUTCOMES = """
INSERT INTO billing_calltotal (
    day, number, agent, release, language, disposition,
    calls, answered, contained, handed_off, leads)
SELECT day, number, agent, release, language, disposition,
    count(*), sum(answered), sum(contained), sum(handed_off), sum(lead)
FROM billing_callsheet WHERE day = %s
GROUP BY 1, 2, 3, 4, 5, 6
"""
DAYS = """
SELECT day FROM billing_callsheet WHERE day BETWEEN %(first)s AND %(last)s
UNION SELECT day FROM billing_daytotal WHERE day BETWEEN %(first)s AND %(last)s
UNION SELECT day FROM billing_calltotal WHERE day BETWEEN %(first)s AND %(last)s
UNION SELECT day FROM billing_charge
    WHERE call_id IS NULL AND day BETWEEN %(first)s AND %(last)s
ORDER BY 1
"""


def days(first: date = BEGINNING, last: date = END) -> list[date]:
    """Local days on which anything stands in the ledger, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS, {"first": first, "last": last})
        return [day for (day,) in cursor.fetchall()]


def take_stock() -> None:
    """So that the database knows how many entries there are now.

    Of a ledger that was empty a minute ago it would read all entries for every day.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE billing_callsheet, billing_charge")


@transaction.atomic
def add_up_anew(day: date) -> None:
    """From the entries of a local day, at a moment when nobody changes them."""
    lock_alone()
    DayTotal.objects.filter(day=day).delete()
    CallTotal.objects.filter(day=day).delete()
    with connection.cursor() as cursor:
        for statement in (OF_CALLS, OF_NO_CALL, OUTCOMES):
            cursor.execute(statement, [day])


def add_money(totals: Totals) -> None:
    """In the order of their keys, so that two who do so never wait for each other."""
    rows = [
        (*key.concern, key.component, key.cause, key.currency, *sums)
        for key, sums in sorted(totals.items())
        if sums != Sums()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(MONEY, rows)


def add_calls(outcomes: Outcomes) -> None:
    rows = [
        (*concern, *outcome)
        for concern, outcome in sorted(outcomes.items())
        if outcome != Outcome()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(CALLS, rows)
