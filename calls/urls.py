from django.urls import path

from calls.views import twilio
from calls.views.openai_webhook import openai_webhook

urlpatterns = [
    path("openai/webhook/", openai_webhook),
    path("twilio/voice/", twilio.voice),
    path("twilio/relay-ended/", twilio.relay_ended),
    path("twilio/dial-ended/", twilio.dial_ended),
    path("twilio/sip-ended/", twilio.sip_ended),
    path("twilio/hand-over/", twilio.hand_over),
    path("twilio/resume/", twilio.resume),
    path("twilio/whisper/", twilio.whisper),
    path("twilio/whisper-answer/", twilio.whisper_answer),
    path("twilio/voicemail-ended/", twilio.voicemail_ended),
    path("twilio/callback-answer/", twilio.callback_answer),
    path("twilio/recording/", twilio.recording),
    path("twilio/status/", twilio.status),
    path("twilio/message-status/", twilio.message_status),
]
