# SPDX-License-Identifier: Apache-2.0
"""What the scripts about `serve` share: a server that can be killed, a client that is cut off and comes back, the log as it lies on the disk."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from cluster_runs import HEADWATER, PROMPTS, ROOT

START_SECONDS = 300
SILENCE_SECONDS = 180
TOKEN_KIND, END_KIND = 3, 4  # of the log's rows


# A script that is told to end ends what it has started, too: its `finally`s run.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def note(line):
    print(line, file=sys.stderr, flush=True)


def finish(result, wrong):
    """Prints the result as one JSON object; exit code 1 if anything went wrong."""
    result["wrong"] = wrong
    print(json.dumps(result), flush=True)
    sys.exit(1 if wrong else 0)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """One life of `serve`, with its log in a database (a Postgres) or in its data directory."""

    def __init__(self, model, data, more, database=None):
        self.began = time.monotonic()
        self.database = database
        words = [HEADWATER, "serve", "-m", model, "--port", "0", "--data", data, *(database.options if database else []), *more]
        environment = os.environ | (database.environment if database else {})
        note("$ " + " ".join(["./headwater", *words[1:]]))
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
        self.said = []
        self.url = None
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        deadline = time.monotonic() + START_SECONDS
        with self.changed:
            while self.url is None:
                if time.monotonic() > deadline or not self.reader.is_alive():
                    self.kill()
                    raise RuntimeError("the server did not start:\n" + "\n".join(self.said[-20:]))
                self.changed.wait(0.1)
        self.listening = time.monotonic()
        self.address = urllib.parse.urlparse(self.url).netloc

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.said.append(line.rstrip("\n"))
                del self.said[:-200]
                found = re.search(r"listening on (http://\S+)", line)
                if found:
                    self.url = found.group(1)
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as response:
            return json.load(response)

    def nodes(self):
        return self.request("GET", "/v1/cluster")["nodes"]

    def cpu(self):
        """CPU seconds so far, by what they went to: of its threads, and of all of its database."""
        return cpu_of_threads(self.process.pid) | ({"database": self.database.cpu_seconds()} if self.database else {})

    def kill(self):
        """kill -9, of the server only: its nodes notice that by themselves."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


THREADS = (  # what the JVM's threads are named in /proc (15 letters at most, the middle of longer names left out), and what they do
    ("decoding", ("decode-desk", "engine-")),
    ("log", ("log-",)),
    ("sessions_and_http", ("headwat", "ForkJoi", "api-worker", "Completa")),
    ("compiler", ("C1 ", "C2 ")),
)


def cpu_of_threads(pid):
    """CPU seconds of a process's threads so far, by what they do."""
    seconds = {name: 0.0 for name, _ in THREADS} | {"other": 0.0}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm") as comm, open(f"/proc/{pid}/task/{thread}/schedstat") as stat:
                name, nanos = comm.read().strip(), int(stat.read().split()[0])
        except OSError:  # it has just ended
            continue
        kind = next((kind for kind, prefixes in THREADS if name.startswith(prefixes)), "other")
        seconds[kind] += nanos / 1e9
    return seconds


def requests(tokens):
    """Different answers: (prompt, temperature, seed)."""
    return [(prompt, *sampling, tokens) for prompt in PROMPTS for sampling in ((0, 1), (0.9, 11))]


def begin_session(server, asked, more=None):
    """A session whose answer is on its way; its id."""
    prompt, temperature, seed, tokens = asked
    session = server.request("POST", "/v1/sessions", {"seed": seed, "temperature": temperature, **(more or {})})["id"]
    server.request("POST", f"/v1/sessions/{session}/messages", {"content": prompt, "max_tokens": tokens, "ignore_eos": True})
    return session


class Client:
    """Hears a session's events, each once, whatever happens between: `heard` has (offset, token, text) and at last (offset, reason, text), `times` when."""

    def __init__(self, session):
        self.session = session
        self.heard = []
        self.times = []
        self.over = False
        self.resumes = 0

    def listen(self, address, until=None):
        """
        Adds events until there are so many, or the turn has ended; False if the connection broke first. A wrong offset is an error, and so is silence: a
        stream that stands still goes on with comments.
        """
        connection = http.client.HTTPConnection(address, timeout=SILENCE_SECONDS)
        headers = {"Last-Event-ID": str(self.heard[-1][0])} if self.heard else {}
        try:
            connection.request("GET", f"/v1/sessions/{self.session}/tokens", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise RuntimeError(f"resuming after {len(self.heard)} events: {response.status} {response.read(300)}")
            self.resumes += 1
            told = time.monotonic()
            for line in response:
                if line.startswith(b"data: "):
                    self._take(json.loads(line[6:]))
                    told = self.times[-1]
                    if self.over or until is not None and len(self.heard) >= until:
                        return True
                elif time.monotonic() - told > SILENCE_SECONDS:
                    raise RuntimeError(f"session {self.session}: no event after {len(self.heard)} in {SILENCE_SECONDS} s, the connection is open")
            return False
        except (OSError, http.client.HTTPException):
            return False
        finally:
            cut(connection)

    def _take(self, event):
        if event["offset"] != len(self.heard):
            raise RuntimeError(f"session {self.session}: offset {event['offset']} came where {len(self.heard)} was due")
        if "finish_reason" in event:
            self.over = True
            self.heard.append((event["offset"], event["finish_reason"], event["text"]))
        else:
            self.heard.append((event["offset"], event["token"], event["text"]))
        self.times.append(time.monotonic())


def listen_until_killed(server, client, moment, delay):
    """
    Listens at a server that is killed (-9) so many seconds after its client has heard so many events; the time of the kill. An answer may end before
    (`client.over`); then, and when the connection breaks by itself, the kill comes at once.
    """
    killed, now = [], threading.Event()

    def kill():
        while len(client.heard) < moment and not now.wait(0.002):
            pass
        now.wait(delay)
        killed.append(time.monotonic())
        server.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        client.listen(server.address)
    finally:
        now.set()
        killer.join()
    return killed[0]


def longest_pause(times):
    """Seconds between two of them."""
    return max((b - a for a, b in zip(times, times[1:])), default=0.0)


def cut(connection):
    """As a lost network does: no farewell."""
    if connection.sock is not None:
        try:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    connection.close()


def log_of(data, session):
    """What a session has told, as the log on the disk has it now; of a copy, so that the server's own recovery is what is tried."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("sessions.sqlite", "sessions.sqlite-wal"):
            if os.path.exists(os.path.join(data, name)):
                shutil.copy(os.path.join(data, name), copy)
        database = sqlite3.connect(os.path.join(copy, "sessions.sqlite"))
        try:
            rows = database.execute("SELECT KIND, DATA FROM EVENTS WHERE SESSION = ? AND TOLD IS NOT NULL ORDER BY TOLD", (session,)).fetchall()
        finally:
            database.close()
    return [told_event(kind, text) for kind, text in rows]


def told_event(kind, text):
    """What a client hears of a row of the log."""
    event = json.loads(text)
    return event["offset"], event["token"] if kind == TOKEN_KIND else event["reason"], event["text"]


def undisturbed(server, asked_list):
    """The answers with nothing in their way, all at once."""
    clients = [Client(begin_session(server, asked)) for asked in asked_list]
    run_all([lambda client=client: client.listen(server.address) for client in clients])
    for client in clients:
        if not client.over:
            raise RuntimeError("an undisturbed answer has not come to its end:\n" + "\n".join(server.said[-20:]))
    return {asked: client.heard for asked, client in zip(asked_list, clients)}


def run_all(tasks):
    """Each in a thread of its own; the first error is raised."""
    errors = []

    def run(task):
        try:
            task()
        except Exception as error:  # told to whoever waits
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def difference(heard, expected):
    """Where two token lists part; empty if they do not."""
    for index, (one, other) in enumerate(zip(heard, expected)):
        if tuple(one) != tuple(other):
            return f"event {index} is {one}, it should be {other}"
    return "" if len(heard) == len(expected) else f"{len(heard)} events, there should be {len(expected)}"
