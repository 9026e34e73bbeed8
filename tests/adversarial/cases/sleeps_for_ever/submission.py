"""Sleep, so that no limit of processor time is ever reached."""

import time



def solve(x, w):
    time.sleep(10**6)
