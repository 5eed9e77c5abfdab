"""A year of calls with their usage, made by the database itself.

Each call has ten answers of a model whose input grows from one to the next, the
caller's leg and one relay session, on 20 numbers, under 12 releases.
"""

from datetime import date
from typing import LiteralString

from django.db import connection

from billing.models import Price

ANSWERS = 10
DAYS = 365
BEFORE = date(2025, 1, 1)

CALLS: LiteralString = """
INSERT INTO calls_call (
    carrier_sid, account_sid, dialled, number_label, time_zone, caller, caller_kind,
    caller_name, path, release_number, decision, agent_key, agent_name, profile_key,
    policy_key, language, state, disposition, offered_at, answered_at, over_at,
    closed_at, last_seen_at, carrier_status, carrier_seconds, carrier_sequence,
    session_status, session_error, ending, outcome, relay_token_digest, relay_session,
    relay_entries, relay_failures, redirected, carrier_events, lease_owner, collected,
    summary, summary_mail, review_note)
SELECT 'CA' || lpad(n::text, 32, '0'), 'AC',
    '+1202555' || lpad((n %% 20)::text, 4, '0'),
    'Line', 'America/New_York', '+1415555' || lpad((n %% 9999)::text, 4, '0'), 'number',
    '', 'relay', 1 + n * 12 / %(calls)s, '{"verdict": "accept", "because": "rule"}',
    (1 + n %% 4)::text, 'Agent', '1', '1',
    (ARRAY['en-US', 'es-US', 'fr-CA'])[1 + n %% 3],
    'closed', (ARRAY['resolved', 'resolved', 'resolved', 'handed_off', 'voicemail',
        'message_taken', 'callback_scheduled', 'caller_hung_up_early',
        'spam'])[1 + n %% 9],
    at, at, at + interval '150 s', at + interval '155 s', at + interval '155 s',
    'completed', 60 + n %% 180, 4, 'completed', '', 'agent_ended', '', '', '', 1, 0,
    false, 3, '', '{}', '', 'not_wanted', ''
FROM (
    SELECT n, timestamptz '2026-11-20 23:00+00' - interval '365 days'
        + n * (interval '365 days' / %(calls)s) AS at
    FROM generate_series(0, %(calls)s - 1) AS n
) AS numbered
"""
# What a call of the journal needs for its relay session, and nothing more.
EVENTS: LiteralString = """
INSERT INTO calls_callevent (call_id, stream, seq, at, kind, data)
SELECT id, 0, 1, offered_at + interval '1 s', 'connected', '{}' FROM calls_call
UNION ALL
SELECT id, 0, 2, over_at, 'session_ended',
    jsonb_build_object('seconds', carrier_seconds, 'status', 'ended',
        'session', 'VX' || id) FROM calls_call
"""
# As the carrier sends them, with the figures that are charged by.
CALLBACKS: LiteralString = """
INSERT INTO calls_callback (key, endpoint, call_sid, params, received_at, repeats,
    answer_status, answer_type, answer)
SELECT 'status:' || carrier_sid || ':completed:4', 'status', carrier_sid,
    jsonb_build_object('CallSid', carrier_sid, 'CallStatus', 'completed',
        'CallDuration', carrier_seconds::text, 'SequenceNumber', '4'),
    over_at, 0, 200, 'text/xml', '' FROM calls_call
UNION ALL
SELECT 'relay-ended:' || carrier_sid || ':VX' || id, 'relay-ended', carrier_sid,
    jsonb_build_object('CallSid', carrier_sid, 'SessionId', 'VX' || id,
        'SessionStatus', 'ended', 'SessionDuration', carrier_seconds::text),
    over_at, 0, 200, 'text/xml', '' FROM calls_call
"""
USAGE: LiteralString = """
INSERT INTO calls_usage (call_id, provider, item, provider_id, figures, estimated, at)
SELECT id, 'openai', 'gpt-6-luna', 'resp_' || id || '_' || turn,
    jsonb_build_object(
        'input_tokens', 1800 + 160 * turn,
        'input_tokens_details', jsonb_build_object(
            'cached_tokens', CASE WHEN turn = 0 OR (id + turn) %% 40 = 0 THEN 0
                             ELSE (1640 + 160 * turn) / 128 * 128 END),
        'output_tokens', 30 + (id + turn) %% 50,
        'output_tokens_details', jsonb_build_object('reasoning_tokens', 0),
        'total_tokens', 1900 + 160 * turn),
    false, offered_at + turn * interval '12 s'
FROM calls_call, generate_series(0, %(answers)s - 1) AS turn
"""
ANALYSED = ("calls_call", "calls_callback", "calls_callevent", "calls_usage")


def load(calls: int) -> None:
    Price.objects.update(valid_from=BEFORE)
    with connection.cursor() as cursor:
        cursor.execute(CALLS, {"calls": calls})
        cursor.execute(EVENTS)
        cursor.execute(CALLBACKS)
        cursor.execute(USAGE, {"answers": ANSWERS})
        for table in ANALYSED:
            cursor.execute(f"ANALYZE {table}")
