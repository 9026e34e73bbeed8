"""The settings that tests run with: the real ones but for what must not be shared."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Its own folder in each run and each xdist process, unless the caller gave one.
if "INFERVIEW_HOME" not in os.environ:
    os.environ["INFERVIEW_HOME"] = tempfile.mkdtemp(prefix="inferview-test-")
    atexit.register(shutil.rmtree, os.environ["INFERVIEW_HOME"], ignore_errors=True)

from assessment.config.settings import *  # noqa: F403  # reads the variable above

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WEBHOOK_ALLOW_PRIVATE = True
