"""Measures how long connect() takes from a client through a node that forwards, to a server.

connect.py ROUNDS CONNECTS < VARIANTS; VARIANTS is a JSON list of {"name", "ruleset": path or null,
"targets": [[address, port], ...]}. Prints, as JSON, the microseconds of a connect in each round, by
the variant's name.

Every variant has three network namespaces of its own, which end with this process. The handshake runs
through all of them within the call of connect(), on one processor: nothing else has to be scheduled, so
what is measured is the way of the packets. Accepting and closing are not timed.
"""

import ctypes
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
# So many connections are made through one ruleset before it is the next one's turn.
SLICE = 200
libc = ctypes.CDLL(None, use_errno=True)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter(namespace):
    checked(libc.setns(namespace, CLONE_NEWNET))


def new_namespace():
    checked(libc.unshare(CLONE_NEWNET))
    run("ip", "link", "set", "lo", "up")
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def run(*command):
    subprocess.run(command, check=True)


def configure(addresses, routes):
    for device, address in addresses:
        run("ip", "address", "add", address, "dev", device)
        run("ip", "link", "set", device, "up")
    for route in routes:
        run("ip", "route", "add", *route.split())


def sysctl(name, value):
    with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
        file.write(value)


def prepare(ruleset):
    """Makes client, node and server; gives the client's namespace and the server's listening socket."""
    client, node, server = new_namespace(), new_namespace(), new_namespace()
    enter(node)
    for device, other in (("client", client), ("server", server)):
        peer = ["peer", "name", "node", "netns", f"/proc/{os.getpid()}/fd/{other}"]
        run("ip", "link", "add", device, "type", "veth", *peer)
    enter(client)
    # What the client learns about one destination must not depend on how many there are.
    sysctl("tcp_no_metrics_save", "1")
    configure([("node", "10.200.0.2/24")], ["default via 10.200.0.1"])
    enter(server)
    configure(
        [("node", "10.201.0.2/24")],
        ["default via 10.201.0.1", "local 10.128.0.0/10 dev lo"],
    )
    listener = socket.create_server(("", 8080), backlog=128)
    enter(node)
    sysctl("ip_forward", "1")
    configure(
        [("client", "10.200.0.1/24"), ("server", "10.201.0.1/24")],
        ["10.128.0.0/10 via 10.201.0.2"],
    )
    if ruleset is not None:
        run("nft", "-f", ruleset)
    return client, listener


def connect(listener, targets):
    """The nanoseconds of a connect to each target in turn."""
    clock = time.perf_counter_ns
    spent = []
    for target in targets:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        begin = clock()
        client.connect(target)
        spent.append(clock() - begin)
        accepted, _ = listener.accept()
        client.close()
        accepted.close()
    return spent


def typical(spent):
    """The mean in microseconds, without the slowest twentieth: there the process lost the processor."""
    kept = sorted(spent)[: len(spent) * 19 // 20]
    return sum(kept) / len(kept) / 1000


def main():
    rounds, connects = map(int, sys.argv[1:])
    variants = json.load(sys.stdin)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    prepared = [
        (variant["name"], [tuple(target) for target in variant["targets"]], *prepare(variant["ruleset"]))
        for variant in variants
    ]
    choose = random.Random(1)
    results = {name: [] for name, *_ in prepared}
    # The first round warms up neighbours, routes and caches.
    for turn in range(rounds + 1):
        spent = {name: [] for name in results}
        for _ in range(-(-connects // SLICE)):
            choose.shuffle(prepared)
            for name, targets, client, listener in prepared:
                enter(client)
                spent[name] += connect(listener, choose.choices(targets, k=SLICE))
        if turn > 0:
            for name, times in spent.items():
                results[name].append(typical(times))
    print(json.dumps(results))


main()
