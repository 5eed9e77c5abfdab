"""What the server runs: pages over HTTP, the relay over a WebSocket.

The relay socket has no origin check and no session: the provider sends no Origin and
no cookie. It is authenticated by signature and one-time token in its consumer.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
pages = get_asgi_application()

from calls.websocket_urls import websocket_urlpatterns  # noqa: E402  needs the apps

# The stubs know only a private kind of pattern, which `path` does not return.
relay = URLRouter(websocket_urlpatterns)  # type: ignore[arg-type]

application = ProtocolTypeRouter({"http": pages, "websocket": relay})
