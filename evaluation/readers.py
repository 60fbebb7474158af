# SPDX-License-Identifier: Apache-2.0
"""Many connections read by one thread that takes little of the machine it measures: bytes are kept as they come and looked at when all is over."""
import json
import select
import socket
import time

PATIENCE_SECONDS = 900
PIECE = 1 << 18


class Reader:
    """One request and what comes of it; `first` and `last` are when its first and its latest event came."""

    def __init__(self, address, method, path, body=None, receive_buffer=None):
        host, port = address.rsplit(":", 1)
        content = b"" if body is None else json.dumps(body).encode()
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.began = time.monotonic()
        self.socket.sendall(head.encode() + content)
        self.socket.setblocking(False)
        self.data = bytearray()
        self.first = self.last = None
        self.ending = self.over = False

    def read(self, end):
        """What is there now; it is over when `end` is among its last bytes."""
        try:
            piece = self.socket.recv(PIECE)
        except BlockingIOError:
            return
        if not piece:
            raise RuntimeError(f"the server has hung up after {bytes(self.data[-300:])}")
        self.last = time.monotonic()
        before = len(self.data)
        self.data += piece
        if self.first is None and b"data: " in self.data:
            self.first = self.last
        self.ending = self.ending or self.data.find(end, max(0, before - len(end))) >= 0
        self.over = self.ending and self.data.endswith(b"\n\r\n")

    def status(self):
        return int(self.data.split(b" ", 2)[1])

    def text(self):
        """The body, out of its chunks."""
        head, _, rest = bytes(self.data).partition(b"\r\n\r\n")
        if b"chunked" not in head:
            return rest.decode()
        pieces, at = [], 0
        while at < len(rest):
            line = rest.index(b"\r\n", at)
            length = int(rest[at:line].split(b";")[0], 16)
            pieces.append(rest[line + 2:line + 2 + length])
            at = line + length + 4
        return b"".join(pieces).decode()

    def close(self):
        self.socket.close()


def read_all(readers, end, every=None, look=None):
    """Reads until all are over: whatever comes at once, or each of them every so many seconds; `look` is called meanwhile."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    open_readers = [reader for reader in readers if not reader.over]
    poll = None
    if every is None:
        poll = select.epoll()
        for reader in open_readers:
            poll.register(reader.socket.fileno(), select.EPOLLIN)
    by_number = {reader.socket.fileno(): reader for reader in open_readers}
    while open_readers:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(open_readers)} of {len(readers)} streams have not come to their end in {PATIENCE_SECONDS} s")
        if poll is None:
            time.sleep(every)
            for reader in open_readers:
                reader.read(end)
        else:
            for number, _ in poll.poll(1):
                reader = by_number[number]
                reader.read(end)
                if reader.over:
                    poll.unregister(number)
        if look is not None:
            look()
        open_readers = [reader for reader in open_readers if not reader.over]
    if poll is not None:
        poll.close()


def events(text):
    """The data of each event of a stream, `[DONE]` left out."""
    lines = (line[6:] for line in text.split("\n") if line.startswith("data: "))
    return [json.loads(line) for line in lines if line != "[DONE]"]
