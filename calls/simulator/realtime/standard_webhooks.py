"""The signature of OpenAI's webhooks: the Standard Webhooks scheme.

https://developers.openai.com/api/docs/guides/webhooks. Written with the standard
library on purpose: the product verifies with OpenAI's own client, and two independent
implementations must agree.
"""

import base64
import hashlib
import hmac


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """One `v1` entry. A secret without `whsec_` is used as it is."""
    encoded = secret.removeprefix("whsec_")
    key = secret.encode() if encoded == secret else base64.b64decode(encoded)
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
