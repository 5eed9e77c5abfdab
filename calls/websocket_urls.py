from django.urls import path

from calls.consumers import RelayConsumer

# Channels routes ASGI applications with Django's `path`, which is typed for views.
websocket_urlpatterns = [
    path("twilio/relay/", RelayConsumer.as_asgi()),  # type: ignore[arg-type]
]
