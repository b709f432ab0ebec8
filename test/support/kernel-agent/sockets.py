"""Real connections: servers that say who they are, and clients that ask them."""

import errno
import socket
import struct
import threading
import time

from transport import family_of, greeting, kernel_has_sctp, send_or_await_error, stream_socket
from sctp import ask_raw_sctp, raw_sctp, serve_raw_sctp


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
