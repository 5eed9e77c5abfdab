"""Addresses of ours that the carrier calls, as it is given them.

Every one is absolute and carries connection overrides: a callback that we miss while
a process restarts is tried again three times within the 15 seconds that the carrier
waits (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

from urllib.parse import urlencode

RETRIED = "#rc=3&rp=all&ct=2000&rt=5000"


def callback_url(base_url: str, path: str, **query: str) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"{base_url}/twilio/{path}/{asked}{RETRIED}"
