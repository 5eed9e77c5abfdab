"""What the settings say when there are no provider keys and callers are simulated.

None of these opens anything: they are known to everybody, and only the simulator on
this machine accepts them.
"""

import base64

PUBLIC_BASE_URL = "https://phoneops.test"
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "simulated-twilio-auth-token"
API_KEY = "simulated-openai-api-key"
ADMIN_KEY = "simulated-openai-admin-key"
PROJECT_ID = "proj_simulated"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"simulated openai webhook").decode()
