"""Sockets of each protocol, and what servers and clients of all of them share."""

import socket

IPPROTO_SCTP = 132
IPV6_RECVERR = 25


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
    """What every server says: its name, and the address it was called from."""
    return f"{name} {peer[0]}\n".encode()
