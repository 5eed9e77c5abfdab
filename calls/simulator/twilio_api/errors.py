"""Twilio's error answers (https://www.twilio.com/docs/usage/twilios-response)."""

import orjson
from aiohttp import web

MORE = "https://www.twilio.com/docs/errors/"


def refuse(code: int, message: str, *, status: int = 400) -> web.HTTPException:
    """The exception that answers with Twilio's error document."""
    body = {
        "code": code,
        "message": message,
        "more_info": f"{MORE}{code}",
        "status": status,
    }
    known = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
    }
    return known[status](
        text=orjson.dumps(body).decode(), content_type="application/json"
    )


def not_found(path: str) -> web.HTTPException:
    return refuse(20404, f"The requested resource {path} was not found", status=404)
