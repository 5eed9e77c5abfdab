"""The outside world, played over the wire.

One program on one loopback port plays the two providers that the product talks to:

* Twilio's carrier side: signed webhooks, TwiML, the ConversationRelay socket, the legs
  of a dial, recordings, status callbacks and the REST API (packages `twiml`, `carrier`
  and `twilio_api`);
* OpenAI's Responses API, with a rule book where the real one has a model (package
  `openai_api`), and its Realtime API over SIP (package `realtime`).

It is as strict as the provider's documentation says the real one is, and stricter in
one respect: where the provider would shrug (an unknown attribute, a callback that is
answered with an error), it also writes down a violation, so that a run shows it.

It stands outside all rings and imports nothing of the product. Scenarios, one YAML file
each in `scenarios/`, say what callers, contacts and the model do; batches of calls are
asked for over HTTP under `/simulator/`.
"""
