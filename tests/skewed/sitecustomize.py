"""On the path of a process it is on a machine whose clock is off by SKEW seconds: what it reads of time is so."""

import os
import time

_true, _off = time.time, float(os.environ.get("SKEW", "0"))
time.time = lambda: _true() + _off
