"""OpenAI Realtime over SIP: a call comes in, is announced, decided and talked with.

The carrier's dial reaches `service.RealtimeService` with an invitation. A webhook tells
the product (`announcer`), which accepts over REST (`service`, `session_body`) and
attaches a sideband socket (`sideband`). A session (`session`) then plays the model: it
listens to the caller (`microphone`), answers from the scenarios' rule book
(`response`), and speaks (`speaker`), each telling its events as the real one does.

Sources: developers.openai.com, guides/voice-sip, guides/voice-server-controls and the
Realtime reference; field names from the SDK 3.54.0. What nobody documents is a knob.
"""
