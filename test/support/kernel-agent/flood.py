"""First packets of TCP connections, thousands a second, each from another port: so many that some of them
meet whatever happens to the rules in a few hundred nanoseconds. A program of its own: SOURCE ADDRESS PORT SECONDS;
says how many it sent.
"""

import os
import socket
import struct
import sys
import time

source, address, port, seconds = sys.argv[1:]
here, there = socket.inet_aton(source), socket.inet_aton(address)
ports = range(1024, 61024)
burst = 500


def tcp(own_port, checksum):
    return struct.pack("!HHIIBBHHH", own_port, int(port), 0, 0, 0x50, 2, 1024, checksum, 0)


def packet(own_port):
    pseudo = here + there + struct.pack("!HH", socket.IPPROTO_TCP, 20) + tcp(own_port, 0)
    total = sum(struct.unpack("!16H", pseudo))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0, here, there)
    return header + tcp(own_port, ~total & 0xFFFF)


# Where rules are changed no packet is on its way meanwhile: that must be another processor.
os.sched_setaffinity(0, range(os.cpu_count()))
packets = [packet(own_port) for own_port in ports]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
end = time.monotonic() + float(seconds)
sent = 0
while time.monotonic() < end:
    start = sent % len(packets)
    for each in packets[start : start + burst]:
        sock.sendto(each, (address, 0))
    sent += burst
print(sent)
