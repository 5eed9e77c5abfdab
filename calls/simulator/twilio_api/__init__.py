"""Twilio's REST API for the account that the simulator plays."""
