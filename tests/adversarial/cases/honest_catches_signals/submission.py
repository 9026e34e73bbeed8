"""Locks, a signal handler, warnings and a log, as programs of a service have them."""

import logging
import signal
import threading
import warnings

import torch


lock = threading.RLock()
signal.signal(signal.SIGTERM, lambda *rest: None)
logging.basicConfig(level=logging.INFO)


def solve(x, w):
    with lock:
        warnings.warn("a warning", stacklevel=1)
        logging.info("a line")
        return torch.tanh(x @ w)
