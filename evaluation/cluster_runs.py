# SPDX-License-Identifier: Apache-2.0
"""What the cluster scripts share: running ./headwater, reading its answer as it comes, comparing answers."""
import json
import os
import shlex
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADWATER = os.path.join(ROOT, "headwater")
PROMPTS = [
    "The sea was calm in the morning, and the fishermen",
    "Once upon a time there was a river that",
    "The three most important inventions of the last century are",
    "def fibonacci(n):\n    ",
]
GREEDY = []
SAMPLED = ["--temperature", "0.8", "--top-p", "0.95", "--seed", "11"]


def say(line):
    print(line, flush=True)


def default_model():
    return subprocess.run([HEADWATER, "pull", "-q"], check=True, capture_output=True, text=True).stdout.strip()


def show(command, prefix=()):
    words = list(prefix) + ["./headwater" if word == HEADWATER else word for word in command]
    say("$ " + " ".join(shlex.quote(word) for word in words))


class Command:
    """A running `generate --json --events`: one line per piece of the answer, each with the time at which it came."""

    def __init__(self, arguments, prefix=(), quiet=False):
        self.words = list(prefix) + [HEADWATER] + arguments
        if not quiet:
            show([HEADWATER] + arguments, prefix)
        self.lines, self.times, self.errors = [], [], []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.readers = [threading.Thread(target=self._read_out, daemon=True), threading.Thread(target=self._read_err, daemon=True)]
        for reader in self.readers:
            reader.start()

    def _read_out(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.times.append(time.monotonic())
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def _read_err(self):
        for line in self.process.stderr:
            with self.changed:
                self.errors.append(line.rstrip("\n"))
                self.changed.notify_all()

    def await_lines(self, count, seconds=300):
        return self._await(lambda: len(self.lines) >= count, seconds, f"{count} lines")

    def await_said(self, words, seconds=300):
        self._await(lambda: any(words in line for line in self.errors), seconds, f"'{words}'")
        return next(line for line in self.errors if words in line)

    def _await(self, condition, seconds, what):
        deadline = time.monotonic() + seconds
        with self.changed:
            while not condition():
                if time.monotonic() > deadline or self.process.poll() is not None and not any(r.is_alive() for r in self.readers):
                    raise RuntimeError(f"{what} did not come: {self.words}\n" + "\n".join(self.errors[-20:]))
                self.changed.wait(0.2)

    def answer(self, seconds=600):
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(10)
        if code != 0:
            raise RuntimeError(f"exit code {code}: {self.words}\n" + "\n".join(self.errors[-20:]))
        return json.loads(self.lines[-1])

    def longest_pause(self):
        """Seconds between two pieces of the answer."""
        times = self.times[:-1]
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def generate(model, prompt, tokens, *options):
    return ["generate", "-m", model, "-p", prompt, "-n", str(tokens), "--ignore-eos", "--logprobs", "3", "--json", "--events", *options]


def essence(answer):
    """What must be the same, to the last bit."""
    return json.dumps([answer["prompt_tokens"], answer["tokens"], answer["text"], answer["finish_reason"], answer["logprobs"]])


def status(url):
    with urllib.request.urlopen(url + "/v1/cluster", timeout=5) as response:
        return json.load(response)


def last_word(line):
    return line.rsplit(" ", 1)[1]


def fail(line):
    say("FAILED: " + line)
    sys.exit(1)
