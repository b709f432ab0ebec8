"""Half an SCTP handshake over raw sockets, for kernels that have no SCTP sockets."""

import random
import socket
import struct
import time

from transport import IPPROTO_SCTP, family_of, greeting, send_or_await_error

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
