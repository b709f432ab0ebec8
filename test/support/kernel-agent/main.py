"""A process that lives in one network namespace and does there what the tests ask for.

Requests come as JSON lines on stdin, answers leave as JSON lines on stdout; the process, and with it
the namespace, ends when stdin is closed, so nothing is left behind by a test that dies.

It knows nothing about natc: packets are made and judged by the tests.
"""

import json
import os
import random
import signal
import subprocess
import sys

import sockets
import wire


def run(argv, stdin=""):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True)
    return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def sysctl(values):
    for name, value in values.items():
        with open("/proc/sys/" + name, "w") as file:
            file.write(value)


operations = {
    "run": run,
    "sysctl": sysctl,
    "startWire": wire.start_wire,
    "send": wire.send,
    "listen": sockets.listen,
    "ask": sockets.ask,
    "open": sockets.open_connection,
    "talk": sockets.talk,
}


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One CPU: see wire.py.
    os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        operation = operations[request.pop("operation")]
        try:
            answer = {"result": operation(**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    os._exit(0)


main()
