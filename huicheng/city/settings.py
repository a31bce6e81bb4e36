"""One file of settings; what differs between cities comes from the environment."""

import os
from ipaddress import ip_network
from pathlib import Path

import dj_database_url

from huicheng.ground.keys import secret
from huicheng.ground.place import home

PACKAGE = Path(__file__).resolve().parent.parent
BASE_DIR = PACKAGE.parent
# Residents' records are for this account of the machine alone: database, lake, landings, keys.
os.umask(0o077)
HOME = home()


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).lower() in ("1", "true", "yes", "on")


def _apps() -> list[str]:
    """Every folder with an ``apps.py``, or a pack with pages or rows of its own."""
    return sorted(
        f"huicheng.{'.'.join(p.parent.relative_to(PACKAGE).parts)}" for p in PACKAGE.rglob("apps.py")
    )


SECRET_KEY = os.environ.get("SECRET_KEY") or secret("django").hex()
DEBUG = _flag("HUICHENG_DEBUG")
ALLOWED_HOSTS = os.environ.get("HUICHENG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("HUICHENG_ORIGINS", "").split(",") if o]
# Addresses or networks of the city's own proxies: only of them is X-Forwarded-For believed.
PROXIES = [ip_network(p.strip()) for p in os.environ.get("HUICHENG_PROXIES", "").split(",") if p.strip()]

# Who may scrape /metrics: these networks, or whoever shows the token; nobody else.
METRICS_FROM = [
    ip_network(n.strip())
    for n in os.environ.get("HUICHENG_METRICS_FROM", "127.0.0.0/8,::1/128").split(",")
    if n.strip()
]
METRICS_TOKEN = os.environ.get("HUICHENG_METRICS_TOKEN", "")

INSTALLED_APPS = [
    *_apps(),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
]
MIDDLEWARE = [
    "huicheng.city.measuring.measured",
    "django.middleware.security.SecurityMiddleware",
    "huicheng.city.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huicheng.city.middleware.Gate",
    "huicheng.portals.desk.noting.recorded",  # within the gate: it must know who sends
]
ROOT_URLCONF = "huicheng.city.urls"
WSGI_APPLICATION = "huicheng.city.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "huicheng.city.context.actor",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{HOME}/huicheng.sqlite3")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a deferred transaction that turns writer fails at once under load instead of waiting.
    # FULL: an acknowledged delivery survives a power cut; NORMAL lost acknowledged commits.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # A file opened anew for each request, and its log folded in whenever the last one closes it, cost more than asking.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["TEST"] = {"NAME": HOME / f"test-{os.getpid()}.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["huicheng.identity.guarding.GuardedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _flag("HUICHENG_HTTPS")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# An app's catalogue is found by Django; a pack or a room without rows has its own beside it.
LOCALE_PATHS = sorted(p for p in PACKAGE.rglob("locale") if not (p.parent / "apps.py").exists())
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the packages' own folders by WhiteNoise, nothing is copied
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = HOME / "uploads"
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# An entry of the catalogue may have some hundred items of ten boxes each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

# Where the world finds us, behind whatever proxy: links in catalogues are made of it, never of a request's headers.
PUBLIC_URL = os.environ.get("HUICHENG_URL", "")
CITY_NAME = os.environ.get("HUICHENG_CITY", "沈阳")
CITY_CODE = os.environ.get("HUICHENG_CITY_CODE", "210100")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HUICHENG_LOG", "WARNING")},
}
