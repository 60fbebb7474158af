# SPDX-License-Identifier: Apache-2.0
"""
A PostgreSQL for one script: of the installed programs, on a free port of this host, in a temporary folder, gone afterwards. Its settings are PostgreSQL's
own, so a commit waits for the disk. Root runs it as `postgres` or `nobody`, since PostgreSQL refuses root.
"""
import contextlib
import glob
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from served import free_port, note, told_event

USER = "headwater"
NAME = "postgres"  # the database that initdb makes
PATIENCE_SECONDS = 60
TOLD = "SELECT KIND, DATA FROM EVENTS WHERE SESSION = :'session' AND TOLD IS NOT NULL ORDER BY TOLD;"


def postgres_if(wanted):
    """A Postgres, or None, as a context."""
    return Postgres() if wanted else contextlib.nullcontext()


class Postgres:
    """A context. `options` and `environment` are those of a `serve` that keeps its log here."""

    def __init__(self):
        self.programs = programs()
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.options = ["--database", f"jdbc:postgresql://127.0.0.1:{self.port}/{NAME}?user={USER}"]
        self.environment = {"HEADWATER_DATABASE_PASSWORD": self.password}
        self.process = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="headwater-postgres-")
        try:
            self.as_user = unprivileged()
            self._give(self.directory)
            with open(os.path.join(self.directory, "said"), "w") as self.output:
                self._initialise()
                self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self._end()

    def _give(self, path):
        if self.as_user:
            os.chown(path, self.as_user["user"], self.as_user["group"])

    def _run(self, program, *words):
        """Starts one of its programs; what it says goes into a file."""
        command = [os.path.join(self.programs, program), *words]
        note("$ " + " ".join(command))
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, cwd=self.directory, **self.as_user)

    def _initialise(self):
        password = os.path.join(self.directory, "password")
        with open(os.open(password, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(self.password)
        self._give(password)
        words = ["--no-sync", "--encoding=UTF8", "--locale=C", "-U", USER, "-A", "scram-sha-256", "--pwfile=password", "-D", "data"]
        self.process = self._run("initdb", *words)
        if self.process.wait(PATIENCE_SECONDS) != 0:
            raise RuntimeError("initdb has failed:\n" + self._said())

    def _start(self):
        self.process = self._run("postgres", "-D", "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", "")
        deadline = time.monotonic() + PATIENCE_SECONDS
        ready = [os.path.join(self.programs, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start at port {self.port}:\n" + self._said())
            time.sleep(0.05)

    def _said(self):
        with open(os.path.join(self.directory, "said"), errors="replace") as said:
            return "".join(said.readlines()[-20:])

    def _end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # it hangs up, and waits for nobody
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(PATIENCE_SECONDS)
        shutil.rmtree(self.directory)

    def told(self, session):
        """What a session has told, as the log in the database has it now: as `log_of`."""
        words = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", f"session={session}", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        environment = os.environ | {"PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8"}
        rows = subprocess.run(
            [os.path.join(self.programs, "psql"), *words, NAME], input=TOLD, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment).stdout
        return [told_event(int(kind), text) for kind, text in (row.split("\t", 1) for row in rows.split("\n") if row)]

    def cpu_seconds(self):
        """CPU time so far of all its processes: those that are, and those that have ended."""
        main = self.process.pid
        with open(f"/proc/{main}/task/{main}/children") as children:
            running = [int(child) for child in children.read().split()]
        return (sum(ticks(main)) + sum(sum(ticks(child)[:2]) for child in running)) / os.sysconf("SC_CLK_TCK")


def ticks(pid):
    """CPU time of a process in user and system mode, then that of its children that have ended; nothing if it has just ended itself."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return [int(field) for field in stat.read().rpartition(")")[2].split()[11:15]]
    except OSError:
        return []


def programs():
    """The folder of the newest installed PostgreSQL; without one the script ends with exit code 2."""
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: float(path.split("/")[4]))
    found = debian[-1] if debian else shutil.which("initdb")
    if found is None:
        note("PostgreSQL is not installed: no initdb in /usr/lib/postgresql/*/bin nor in PATH: apt-get install postgresql")
        sys.exit(2)
    return os.path.dirname(os.path.realpath(found))


def unprivileged():
    """Whom root runs PostgreSQL as, in Popen's words; others run it as themselves."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody'")
