"""Twilio's request signature (https://www.twilio.com/docs/usage/webhooks/webhooks-security).

Written with the standard library on purpose: the product checks signatures with
Twilio's own library, and two independent implementations must agree.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(url: str, params: Mapping[str, str], auth_token: str) -> str:
    """HMAC-SHA1 over the full public URL and the form fields, sorted by name.

    The fragment never takes part: connection overrides live there and are for the
    carrier's eyes only.
    """
    text = url.partition("#")[0]
    text += "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
