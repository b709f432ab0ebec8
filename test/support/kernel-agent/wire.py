"""Crafted packets, sent in order, and the ICMP errors that they cause."""

import errno
import select
import socket
import struct
import time

ETH_P_ALL = 3
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
ETH_P_SENTINEL = 0x88B5  # IEEE: local experimental
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33


class Wire:
    def __init__(self):
        self.capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        try:
            self.capture.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        except PermissionError:
            pass  # inside a user namespace the default size has to do
        self.capture.setblocking(False)
        self.peers = {}
        self.raw = {
            4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
        }
        self.errors = []
        self.last_sent = 0
        self.last_seen = 0

    def peer(self, name):
        if name not in self.peers:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sock.bind((name, 0))
            self.peers[name] = sock
        return self.peers[name]

    def inject(self, peer, mac, packet):
        kind = ETH_P_IP if packet[0] >> 4 == 4 else ETH_P_IPV6
        self.peer(peer).send(mac + mac + struct.pack("!H", kind) + packet)

    def output(self, packet, mark):
        version = packet[0] >> 4
        sock = self.raw[version]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("I", mark))
        if version == 4:
            source = socket.inet_ntop(socket.AF_INET, packet[12:16])
            destination = socket.inet_ntop(socket.AF_INET, packet[16:20])
        else:
            source = socket.inet_ntop(socket.AF_INET6, packet[8:24])
            destination = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        # The kernel routes by the address a socket is bound to, not by the one in the packet.
        sock.bind((source, 0))
        try:
            sock.sendto(packet, (destination, 0))
        except OSError as error:
            # EPERM is what a drop in the output hook looks like to the sender. EINVAL is a loopback
            # source that may not leave the loopback (no route_localnet).
            is_loopback = version == 4 and packet[12] == 127
            if error.errno != errno.EPERM and not (is_loopback and error.errno == errno.EINVAL):
                raise

    def drain(self):
        while True:
            try:
                frame, address = self.capture.recvfrom(2048)
            except BlockingIOError:
                return
            kind = address[1]
            if address[2] == PACKET_OUTGOING:
                if kind == ETH_P_IP and frame[14 + 9] == socket.IPPROTO_ICMP:
                    self.errors.append(frame[14:].hex())
                elif kind == ETH_P_IPV6 and frame[14 + 6] == socket.IPPROTO_ICMPV6:
                    self.errors.append(frame[14:].hex())
            elif kind == ETH_P_SENTINEL:
                self.last_seen = struct.unpack("!I", frame[14:18])[0]

    def round_trip(self, peer, patience):
        """Sends a frame of no protocol and waits until it arrives; False when it does not."""
        self.last_sent += 1
        payload = struct.pack("!I", self.last_sent) + bytes(42)
        self.peer(peer).send(b"\xff" * 12 + struct.pack("!H", ETH_P_SENTINEL) + payload)
        deadline = time.monotonic() + patience
        while self.last_seen != self.last_sent:
            if time.monotonic() > deadline:
                return False
            select.select([self.capture], [], [], patience / 10)
            self.drain()
        return True

    def settle(self, peer):
        """Waits until the kernel has dealt with everything sent before.

        The process keeps to one CPU, whose backlog is a queue: a frame sent now comes out behind all
        earlier ones.
        """
        if not self.round_trip(peer, 10):
            raise RuntimeError("a frame sent over a virtual cable did not arrive within 10 s")


wire = None


def start_wire(peers):
    """The kernel switches a cable on some time after it was told to; until then frames are lost."""
    global wire
    wire = Wire()
    deadline = time.monotonic() + 10
    for peer in peers:
        while not wire.round_trip(peer, 0.01):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{peer} was not switched on within 10 s")


def send(peer, packets):
    """packets: [peer or None for a local process, destination MAC, mark, packet in hex]"""
    wire.drain()
    wire.errors = []
    for number, (via, mac, mark, data) in enumerate(packets):
        if via is None:
            wire.output(bytes.fromhex(data), mark)
        else:
            wire.inject(via, bytes.fromhex(mac), bytes.fromhex(data))
        # The queue is short, and so is the capture's memory of an unprivileged user.
        if number % 32 == 31:
            wire.settle(peer)
    # Three times, because an answer to a packet may queue up once more on lo.
    for _ in range(3):
        wire.settle(peer)
    return wire.errors
