"""Runs a command; prints its wall and processor time in seconds and its peak memory in MiB as JSON."""

import json
import os
import subprocess
import sys
import time

begin = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
wall = time.monotonic() - begin
cpu = usage.ru_utime + usage.ru_stime
print(json.dumps({"wall": wall, "cpu": cpu, "peak": usage.ru_maxrss / 1024}))
sys.exit(os.waitstatus_to_exitcode(status))
