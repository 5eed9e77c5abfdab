"""Reading TwiML as strictly as its documentation allows."""
