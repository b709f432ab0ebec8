"""A process that lives in one network namespace and does there what the tests ask for.

Requests come as JSON lines on stdin, answers leave as JSON lines on stdout; the process, and with it
the namespace, ends when stdin is closed, so nothing is left behind by a test that dies.

It knows nothing about natc: packets are made and judged by the tests.
"""

import errno
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

ETH_P_ALL = 3
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
ETH_P_SENTINEL = 0x88B5  # IEEE: local experimental
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
IPPROTO_SCTP = 132
IPV6_RECVERR = 25


def run(argv, stdin=""):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True)
    return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def sysctl(values):
    for name, value in values.items():
        with open("/proc/sys/" + name, "w") as file:
            file.write(value)



class Wire:
    """Sends crafted packets, in order, and collects the ICMP errors that they cause."""

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



def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def stream_socket(protocol, address):
    number = socket.IPPROTO_TCP if protocol == "TCP" else IPPROTO_SCTP
    sock = socket.socket(family_of(address), socket.SOCK_STREAM, number)
    if sock.family == socket.AF_INET6:
        # Without delay on the cable an ICMP error comes while connect() holds the socket, and IPv6
        # would then wait for the next one, a retransmission later; the error queue tells at once.
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    return sock


def send_or_await_error(sock, data):
    """A rule that drops or rejects what a local process sends shows as EPERM; the ICMP error of a
    rejection is there as well, for the next receive."""
    try:
        sock.send(data)
    except PermissionError:
        pass


def kernel_has_sctp():
    try:
        stream_socket("SCTP", "127.0.0.1").close()
        return True
    except OSError:
        return False


def greeting(name, peer):
    return f"{name} {peer[0]}\n".encode()


def serve_stream(listener, name):
    def talk(connection, peer):
        with connection:
            try:
                connection.sendall(greeting(name, peer))
                while data := connection.recv(4096):
                    connection.sendall(data)
            except OSError:
                pass

    while True:
        connection, peer = listener.accept()
        threading.Thread(target=talk, args=(connection, peer), daemon=True).start()


def serve_datagrams(sock, name):
    while True:
        try:
            data, peer = sock.recvfrom(4096)
            sock.sendto(greeting(name, peer), peer)
        except ConnectionError:
            pass  # an ICMP error for an earlier answer


CRC32C = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    CRC32C.append(byte)


def sctp_packet(source_port, destination_port, tag, chunk):
    packet = struct.pack("!HHII", source_port, destination_port, tag, 0) + chunk
    crc = 0xFFFFFFFF
    for value in packet:
        crc = CRC32C[(crc ^ value) & 255] ^ crc >> 8
    return packet[:8] + struct.pack("<I", crc ^ 0xFFFFFFFF) + packet[12:]


def sctp_chunk(kind, tag, text=b""):
    """INIT (1) or INIT ACK (2); `text` travels in a parameter that receivers skip."""
    text += b" " * (-len(text) % 4)
    parameter = struct.pack("!HH", 0x8FFF, 4 + len(text)) + text if text else b""
    return struct.pack("!BBHIIHHI", kind, 0, 20 + len(parameter), tag, 65536, 1, 1, 1) + parameter


def raw_sctp(address):
    sock = socket.socket(family_of(address), socket.SOCK_RAW, IPPROTO_SCTP)
    if address:
        sock.bind((address, 0))
    return sock


def read_raw_sctp(sock):
    packet, peer = sock.recvfrom(4096)
    if sock.family == socket.AF_INET:
        packet = packet[(packet[0] & 15) * 4 :]
    return packet, peer


def serve_raw_sctp(sock, port, name):
    """Answers INIT with INIT ACK, for kernels without SCTP sockets: half a handshake, real packets."""
    while True:
        packet, peer = read_raw_sctp(sock)
        source_port, destination_port = struct.unpack("!HH", packet[:4])
        if destination_port == port and packet[12] == 1:
            tag = struct.unpack("!I", packet[16:20])[0]
            chunk = sctp_chunk(2, 1, greeting(name, peer))
            sock.sendto(sctp_packet(port, source_port, tag, chunk), peer[:1] + (0,) + peer[2:])


def listen(protocol, address, port, name):
    if protocol == "SCTP" and not kernel_has_sctp():
        target, args = serve_raw_sctp, (raw_sctp(address), port, name)
    elif protocol == "UDP":
        sock = socket.socket(family_of(address), socket.SOCK_DGRAM)
        sock.bind((address, port))
        target, args = serve_datagrams, (sock, name)
    else:
        sock = stream_socket(protocol, address)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(4096)
        target, args = serve_stream, (sock, name)
    threading.Thread(target=target, args=args, daemon=True).start()


def ask_stream(protocol, address, port, source, mark, timeout):
    with stream_socket(protocol, address) as sock:
        sock.settimeout(timeout)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("I", mark))
        # Closing resets the connection: thousands of them leave no TIME_WAIT behind.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if source:
            sock.bind((source, 0))
        sock.connect((address, port))
        return sock.recv(4096)


def ask_datagram(address, port, source, mark, timeout):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("I", mark))
        if source:
            sock.bind((source, 0))
        sock.connect((address, port))
        send_or_await_error(sock, b"hello")
        return sock.recv(4096)


def ask_raw_sctp(address, port, source, mark, timeout):
    """Sends an INIT and waits for the INIT ACK or an ICMP error about it."""
    family = family_of(address)
    own_port = random.randrange(20000, 60000)
    with socket.socket(family, socket.SOCK_RAW, IPPROTO_SCTP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("I", mark))
        sock.settimeout(timeout)
        if source:
            sock.bind((source, 0))
        sock.connect((address, 0))
        send_or_await_error(sock, sctp_packet(own_port, port, 0, sctp_chunk(1, own_port)))
        deadline = time.monotonic() + timeout
        while True:
            sock.settimeout(max(0.001, deadline - time.monotonic()))
            packet, _ = read_raw_sctp(sock)
            if struct.unpack("!H", packet[2:4])[0] == own_port and packet[12] == 2:
                return packet[36:]


def ask_once(protocol, address, port, source, mark, timeout):
    started = time.monotonic()
    try:
        if protocol == "UDP":
            data = ask_datagram(address, port, source, mark, timeout)
        elif protocol == "SCTP" and not kernel_has_sctp():
            data = ask_raw_sctp(address, port, source, mark, timeout)
        else:
            data = ask_stream(protocol, address, port, source, mark, timeout)
        name, seen = data.decode().split()
        answer = {"answeredBy": name, "sourceSeen": seen}
    except TimeoutError:
        answer = {"error": "timeout"}
    except OSError as error:
        answer = {"error": errno.errorcode.get(error.errno, str(error))}
    answer["seconds"] = time.monotonic() - started
    return answer


def ask(protocol, address, port, source, mark, timeout, count):
    return [ask_once(protocol, address, port, source, mark, timeout) for _ in range(count)]


connections = {}


def open_connection(address, port, source, timeout):
    sock = stream_socket("TCP", address)
    sock.settimeout(timeout)
    if source:
        sock.bind((source, 0))
    sock.connect((address, port))
    key = len(connections) + 1
    connections[key] = sock
    return {"connection": key, "greeting": sock.recv(4096).decode()}


def talk(connection, text):
    sock = connections[connection]
    sock.sendall(text.encode())
    answer = b""
    while len(answer) < len(text.encode()):
        data = sock.recv(4096)
        if not data:
            raise RuntimeError("the connection was closed")
        answer += data
    return answer.decode()


operations = {
    "run": run,
    "sysctl": sysctl,
    "startWire": start_wire,
    "send": send,
    "listen": listen,
    "ask": ask,
    "open": open_connection,
    "talk": talk,
    "hasSctp": kernel_has_sctp,
}


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One CPU: see Wire.settle.
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
