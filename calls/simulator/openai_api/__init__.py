"""OpenAI's Responses API, with a rule book where the real one has a model."""
