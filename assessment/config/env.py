"""Settings that come from the environment: typed, checked, named in one place."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# A path in a Unix socket's address holds 107 bytes; leave room for a suffix.
LONGEST_SOCKET_PATH = 100


def choice(name: str, *, among: tuple[str, ...], default: str) -> str:
    """Return the variable `name`, which must be one of `among`.

    Raises: `ImproperlyConfigured` with a sentence that names the choices.
    """
    value: str = env.str(name, default)
    if value not in among:
        message = f"{name} is {value!r}; it must be one of: {', '.join(among)}."
        raise ImproperlyConfigured(message)
    return value


def is_loopback(host: str) -> bool:
    """Say whether this host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def secret_key(home: Path) -> str:
    """Return SECRET_KEY, else the key kept in `home`, made on first use.

    Where `home` cannot be written (a command run from a read-only checkout) the
    key lives for this process only, which is enough to grade from the command line.
    """
    given: str = env.str("SECRET_KEY", "")
    if given:
        return given
    path = home / "secret-key"
    try:
        return path.read_text().strip()
    except OSError:
        pass
    made = secrets.token_urlsafe(50)
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError:
        return made
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made


def database(home: Path) -> dict[str, Any]:
    """Return Django's settings of the one database: DATABASE_URL, else SQLite.

    Raises: `ImproperlyConfigured` for an address of a kind that is not supported.
    """
    if not env.str("DATABASE_URL", ""):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "inferview.sqlite3"),
            "OPTIONS": {
                # Writers take the lock at once instead of failing half-way, and
                # readers are never kept waiting by a writer.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    config: dict[str, Any] = env.db_url("DATABASE_URL")
    if "postgresql" not in config["ENGINE"]:
        message = (
            "DATABASE_URL must begin with postgres:// (or be left out for SQLite)."
        )
        raise ImproperlyConfigured(message)
    # A connection for each request cost two thirds of the saves per second.
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    return config


def embedded_socket(home: Path) -> Path:
    """Return where the embedded broker listens for the data folder `home`."""
    plain = home / "redis" / "redis.sock"
    if len(str(plain).encode()) <= LONGEST_SOCKET_PATH:
        return plain
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"inferview-{os.getuid()}-{name}"
    return folder / "redis.sock"


def redis_urls(home: Path) -> tuple[str, str]:
    """Return the address of Redis as redis-py writes it, and as Celery does.

    Raises: `ImproperlyConfigured` for a scheme that is none of Redis's.
    """
    url = env.str("REDIS_URL", "") or f"unix://{embedded_socket(home)}"
    scheme, _, rest = url.partition("://")
    if scheme in {"redis", "rediss"}:
        return url, url
    if scheme == "unix":
        return url, f"redis+socket://{rest}"
    message = "REDIS_URL must begin with redis://, rediss:// or unix://."
    raise ImproperlyConfigured(message)
