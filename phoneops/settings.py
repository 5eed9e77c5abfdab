"""Every setting of PhoneOps. The environment is read here and nowhere else.

Each value NAME can also come from the file that NAME_FILE points to. With neither
TWILIO_AUTH_TOKEN nor OPENAI_API_KEY the portal is SIMULATED: both providers are
played by a program on this machine. What is missing or contradictory is reported by
the system checks in `phoneops.checks`, so this module stays free of conditions on it.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ

from phoneops import simulated
from phoneops.kept import kept_secret
from phoneops.places import find_places
from phoneops.schedule import PLANNED

django_stubs_ext.monkeypatch()  # ModelForm[Agent] is a type at run time too

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))


def secret(name: str, default: str = "") -> str:
    """A value that may come from a file, where editors leave a line end behind."""
    return env.str(name, default=default).strip() or default


def words(name: str, default: str = "") -> list[str]:
    return [word for part in secret(name, default).split(",") if (word := part.strip())]


# How this process runs
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).absolute()
HTTP_HOST = env.str("HTTP_HOST", default="127.0.0.1")
HTTP_PORT = env.int("HTTP_PORT", default=8000)
SIMULATOR_PORT = env.int("SIMULATOR_PORT", default=8100)
DRAIN_SECONDS = env.int("DRAIN_SECONDS", default=0)
STUCK_SECONDS = env.int("STUCK_SECONDS", default=8)
# Voice calls are driven by the web server; False leaves them to `runworker sideband`.
SIDEBAND_HERE = env.bool("SIDEBAND_HERE", default=True)
SENTRY_DSN = secret("SENTRY_DSN")

# The providers. A list holds the present value first; more than one while rotating.
TWILIO_AUTH_TOKENS = words("TWILIO_AUTH_TOKEN")
OPENAI_API_KEY = secret("OPENAI_API_KEY")
SIMULATED = not TWILIO_AUTH_TOKENS and not OPENAI_API_KEY
_simulator = f"http://127.0.0.1:{SIMULATOR_PORT}"
if SIMULATED:
    TWILIO_AUTH_TOKENS = [simulated.AUTH_TOKEN]
    OPENAI_API_KEY = simulated.API_KEY
TWILIO_AUTH_TOKEN = TWILIO_AUTH_TOKENS[0] if TWILIO_AUTH_TOKENS else ""
TWILIO_ACCOUNT_SID = secret(
    "TWILIO_ACCOUNT_SID", simulated.ACCOUNT_SID if SIMULATED else ""
)
TWILIO_API_BASE_URL = secret(
    "TWILIO_API_BASE_URL", _simulator if SIMULATED else "https://api.twilio.com"
)
OPENAI_BASE_URL = secret(
    "OPENAI_BASE_URL",
    f"{_simulator}/v1" if SIMULATED else "https://api.openai.com/v1",
)
OPENAI_ADMIN_KEY = secret("OPENAI_ADMIN_KEY", simulated.ADMIN_KEY if SIMULATED else "")
OPENAI_PROJECT_ID = secret(
    "OPENAI_PROJECT_ID", simulated.PROJECT_ID if SIMULATED else ""
)
OPENAI_SIP_HOST = secret("OPENAI_SIP_HOST", "sip.api.openai.com")
OPENAI_WEBHOOK_SECRETS = words(
    "OPENAI_WEBHOOK_SECRET", simulated.WEBHOOK_SECRET if SIMULATED else ""
)

# The origin the providers call. Signatures are checked against it, never against Host.
PUBLIC_BASE_URL = secret(
    "PUBLIC_BASE_URL", simulated.PUBLIC_BASE_URL if SIMULATED else ""
)
PORTAL_URL = f"http://{HTTP_HOST}:{HTTP_PORT}" if SIMULATED else PUBLIC_BASE_URL
RELAY_URL = PUBLIC_BASE_URL.replace("https://", "wss://", 1) + "/twilio/relay/"
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if _public_host := urlsplit(PUBLIC_BASE_URL).hostname:
    ALLOWED_HOSTS.append(_public_host)
    CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

SECRET_KEY = secret("SECRET_KEY")
if not SECRET_KEY and (SIMULATED or DEBUG):
    SECRET_KEY = kept_secret(VAR_DIR / "secret-key")

# What the apps are told
ROUTING_REFRESH_SECONDS = env.float("ROUTING_REFRESH_SECONDS", default=0.5)
# The secret of an HTTP tool is TOOL_SECRET_<name>.
TOOL_SECRETS = {
    name.removesuffix("_FILE"): secret(name.removesuffix("_FILE"))
    for name in os.environ
    if name.startswith("TOOL_SECRET_")
}
CALLS_METER = "billing.meter.PricedMeter"
# A record that another one named is gone some day; its name stays written down.
AUDITLOG_USE_FK_STRING_REPRESENTATION = True
BILLS_MAY_DIFFER_BY = env.float("BILLS_MAY_DIFFER_BY", default=0.05)  # a share
TEAM_EMAILS = words("TEAM_EMAILS", "team@phoneops.test")

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "auditlog",
    "channels",
    "phoneops",
    "billing",
    "calls",
    "routing",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "phoneops.recording.sign_changes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "phoneops.urls"
ASGI_APPLICATION = "phoneops.asgi.application"
# A provider's POST must never meet a redirect, so no path is completed or upgraded.
APPEND_SLASH = SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or SIMULATED)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Storage. Without URLs these are the embedded engines that `manage.py up` starts.
_places = find_places(VAR_DIR)
DATABASE_URL = secret("DATABASE_URL")
REDIS_URL = secret("REDIS_URL")
EMBEDDED_DATABASE, EMBEDDED_REDIS = not DATABASE_URL, not REDIS_URL
DATABASE_URL = DATABASE_URL or _places.database_url
REDIS_URL = REDIS_URL or _places.redis_url
_database = env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "phoneops.database",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,  # the pool keeps connections, not the thread
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "connect_timeout": 5,
            "pool": {"min_size": 2, "max_size": 20, "timeout": 10},
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "phoneops"},
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
# A task whose worker died comes back after the visibility timeout. It is therefore
# also the limit of every task's run time and of every countdown.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "phoneops:",
}
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 90, 110
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "scheduler")
CELERY_BEAT_SCHEDULE = PLANNED

# Mail, texts, files
vars().update(env.email_url_config(secret("EMAIL_URL", f"filemail:///{VAR_DIR}/mail")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="phoneops@phoneops.test")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LANGUAGE_CODE, USE_I18N = "en", True
TIME_ZONE, USE_TZ = "UTC", True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator")
]
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True  # so that nothing need be collected on one machine
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
UNFOLD = {
    "SITE_TITLE": "PhoneOps",
    "SITE_HEADER": "PhoneOps",
    "SITE_SYMBOL": "support_agent",
    "SITE_FAVICONS": [{"rel": "icon", "href": f"{STATIC_URL}phoneops/icon.svg"}],
    "SITE_URL": "/admin/",
    "DASHBOARD_CALLBACK": "phoneops.dashboard.context",
    "SIDEBAR": {
        "show_search": True,
        "navigation": "phoneops.navigation.sidebar",
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "phoneops.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.str("DJANGO_LOG_LEVEL", default="INFO"),
    },
    "loggers": {
        # A line for each request, and two for each of the sweeps all day long
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
