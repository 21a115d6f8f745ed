"""The programs as objects, and the base of every test.

A Program is started, waited for by a named condition, and stopped by its pid; its log is a file,
printed when the test fails. Stopping also judges: a program that ended by itself, that had to be
killed, or whose log holds a sanitizer's report fails the test. One test process uses it from its
main thread.
"""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from rest import UNFINISHED, Api

SLOW = float(os.environ.get("TAKT_E2E_SLOW", "1"))
SEED = int(os.environ.get("TAKT_E2E_SEED", "1"))
LONG = os.environ.get("TAKT_E2E_LONG") == "1"
KEEP = os.environ.get("TAKT_E2E_KEEP") == "1"

STOP_WITHIN = 12  # takt's own limit is 10 s
REPORTS = re.compile(r"ERROR: \w+Sanitizer|runtime error: |WARNING: ThreadSanitizer|"
                     r"terminate called|Assertion .* failed")
NOT_YET = (OSError, http.client.HTTPException)


def binary(name):
    folder = os.environ.get("TAKT_BIN_DIR")
    if not folder:
        raise unittest.SkipTest("TAKT_BIN_DIR is not set")
    path = Path(folder).resolve() / name
    if not path.exists():
        raise AssertionError(f"{path} does not exist")
    return str(path)


def eventually(what, condition, within=10.0, every=0.03):
    """The condition's first true value. Connections that fail count as "not yet"."""
    deadline, last = time.monotonic() + within * SLOW, None
    while True:
        try:
            last = condition()
            if last:
                return last
        except NOT_YET as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within * SLOW:g} s: {what}; last: {last!r:.600}")
        time.sleep(every)


def let_pass(seconds):
    """Real time as the subject of a test (a watch, an outage), never as synchronisation."""
    time.sleep(seconds)


def wall_ms():
    return time.time_ns() // 1_000_000


_ports = random.Random()
_held = []


def free_port():
    """A port below the ephemeral range, claimed for this process by an abstract socket."""
    while True:
        port = _ports.randrange(20_000, 32_000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0takt-e2e-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _held.append(claim)
        return port


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def clean_env(extra=None):
    """The environment without what would configure takt or redirect its HTTP tasks."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("TAKT_") and not k.lower().endswith("_proxy")}
    return {**env, **(extra or {})}


def run_to_end(argv, within=15, env=None, cwd=None):
    """For commands that end by themselves: returncode, stdout, stderr."""
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=within * SLOW, cwd=cwd,
                              env=clean_env(env), stdin=subprocess.DEVNULL, errors="replace",
                              check=False)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"{' '.join(argv)} did not end: {late.stderr!r:.600}") from None


class Program:
    """A server program: pid, log, stop."""

    def __init__(self, name, argv, folder, env=None, inside=()):
        self.name, self.argv, self.env = name, argv, env
        self.inside = list(inside)  # a prefix, such as: ip netns exec NAME
        self.log = Path(folder) / f"{name}.log"
        self.process = None

    def start(self):
        # The programs must not outlive the tests, however the tests end.
        tie = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with open(self.log, "ab") as log:
            log.write(f"--- {' '.join(self.argv)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                tie + self.inside + self.argv, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=clean_env(self.env), start_new_session=True,
                cwd=self.log.parent)
        return self

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def check_running(self):
        if not self.is_running:
            code = self.process.returncode if self.process else "never started"
            raise AssertionError(f"{self.name} is not running: {code}")
        return True

    def kill(self):
        """kill -9."""
        self.check_running()
        self.process.kill()
        self.process.wait()
        self.process = None

    def freeze(self):
        """SIGSTOP: as a suspended machine, a long pause of its host."""
        self.check_running()
        self.process.send_signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.process.pid}/task")
        eventually(f"{self.name} stands still", lambda: all(
            (task / "stat").read_text().rpartition(") ")[2][0] in "Tt" for task in tasks.iterdir()))

    def freeze_between_writes(self, database):
        """Frozen while it holds no lock of the store's: one that stops in the middle of a
        transaction keeps everybody from writing for as long, whatever takt does."""
        def froze():
            self.freeze()
            try:
                with contextlib.closing(sqlite3.connect(database, timeout=0)) as store:
                    store.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
                return True
            except sqlite3.OperationalError as error:
                self.thaw()
                if "locked" not in str(error):
                    raise
                return False
        eventually(f"{self.name} stopped between two writes", froze)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """SIGTERM, then SIGKILL after takt's own limit. Judges the end."""
        if self.process is None:
            return
        process, self.process = self.process, None
        ended_alone = process.poll() is not None
        if not ended_alone:
            process.terminate()
            process.send_signal(signal.SIGCONT)  # a frozen one, left by a failed test, ends too
        try:
            code = process.wait(STOP_WITHIN * SLOW)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} still ran {STOP_WITHIN} s after SIGTERM") from None
        if ended_alone:
            raise AssertionError(f"{self.name} ended by itself with {code}")
        if code != 0:
            raise AssertionError(f"{self.name} ended with {code} on SIGTERM")

    def judge_log(self):
        report = REPORTS.search(self.log_text())
        if report:
            raise AssertionError(f"{self.name}'s log has a report: {report.group()}")

    def log_text(self, since=0):
        return self.log.read_bytes()[since:].decode("utf-8", "replace") if self.log.exists() else ""

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0


class Gateway(Program):
    """A program that answers REST."""

    def __init__(self, name, argv, folder, port, host="127.0.0.1", token=None, connect=None, **kw):
        super().__init__(name, argv, folder, **kw)
        self.api = Api(host, port, token, connect)

    def wait_ready(self, within=15):
        def ready():
            self.check_running()
            return self.api.get("/readyz").status == 200
        eventually(f"{self.name} answers /readyz with 200", ready, within)
        return self

    def wait_up(self, within=15):
        """Answers REST, whether it drives or stands by."""
        def up():
            self.check_running()
            return self.api.get("/healthz").status == 200
        eventually(f"{self.name} answers /healthz with 200", up, within)
        return self


class Dev(Gateway):
    def __init__(self, folder, data=None, port=None, args=(), token=None, env=None, name="dev"):
        port = port or free_port()
        self.data = Path(data or Path(folder) / "data")
        argv = [binary("takt"), "dev", "--data", str(self.data), "--listen", f"127.0.0.1:{port}"]
        super().__init__(name, argv + list(args), folder, port, token=token, env=env)

    def wait_ready(self, within=15):
        super().wait_ready(within)
        eventually("the worker of takt dev is UP", self.api.executors_up, within)
        return self


class Broker(Program):
    def __init__(self, folder, frontend=None, backend=None, args=(), name="broker", **kw):
        self.frontend = frontend or f"tcp://127.0.0.1:{free_port()}"
        self.backend = backend or f"tcp://127.0.0.1:{free_port()}"
        argv = [binary("takt-broker"), "--frontend", self.frontend, "--backend", self.backend]
        super().__init__(name, argv + list(args), folder, **kw)


class Scheduler(Gateway):
    def __init__(self, folder, data, brokers, args=(), name="scheduler", port=None, **kw):
        port = port or free_port()
        argv = [binary("takt-scheduler"), "--listen", f"127.0.0.1:{port}", "--data", str(data),
                "--brokers", ",".join(brokers)]
        super().__init__(name, argv + list(args), folder, port, **kw)


class Worker(Program):
    def __init__(self, folder, ident, brokers, args=(), slots=4,
                 types="SHELL_COMMAND,HTTP_CALLBACK", **kw):
        self.id = ident
        argv = [binary("takt-worker"), "--brokers", ",".join(brokers), "--id", ident,
                "--slots", str(slots), "--data", str(Path(folder) / f"worker-{ident}"),
                "--types", types]
        super().__init__(f"worker-{ident}", argv + list(args), folder, **kw)


class TaktTest(unittest.TestCase):
    """Folder, programs, logs on failure. `launch` in a test, `launch_shared` in setUpClass."""

    @classmethod
    def setUpClass(cls):
        binary("takt")  # skips, or fails, before anything is started
        cls.base = Path(tempfile.mkdtemp(prefix=f"takt-e2e-{cls.__name__}-"))
        cls.failed, cls.shared = False, []
        cls.addClassCleanup(cls._leave)

    def setUp(self):
        self.folder = self.base / self._testMethodName
        self.folder.mkdir()
        self.programs = []
        self.check_programs()

    def check_programs(self):
        """None that should run has ended: waiting for it would be in vain."""
        for program in self.shared + self.programs:
            if program.process is not None:
                program.check_running()

    def launch(self, program):
        """Starts it, and stops it at the test's end; the caller waits for readiness."""
        self.programs.append(program)
        self.addCleanup(program.judge_log)
        self.addCleanup(program.stop)
        return program.start()

    @classmethod
    def launch_shared(cls, program):
        cls.shared.append(program)
        cls.addClassCleanup(program.judge_log)
        cls.addClassCleanup(program.stop)
        return program.start()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            type(self).failed = True
            self._print_logs()

    def wait_run(self, api, job_id, log_id, within=15):
        """The run's row once it is finished."""
        def finished():
            self.check_programs()
            row = api.run(job_id, log_id)
            return row if row and row["status"] not in UNFINISHED else None
        return eventually(f"run {log_id} is finished", finished, within)

    def wait_running(self, api, job_id, log_id, within=10):
        def running():
            self.check_programs()
            row = api.run(job_id, log_id)
            return row if row and row["status"] == "RUNNING" else None
        return eventually(f"run {log_id} is RUNNING", running, within)

    def wait_settled(self, api, job_id, within=20):
        """All rows once none is unfinished."""
        def settled():
            self.check_programs()
            rows = api.logs(job_id)
            return rows if all(r["status"] not in UNFINISHED for r in rows) else None
        return eventually(f"job {job_id} has no unfinished run", settled, within)

    def run_once(self, api, job, within=15):
        return self.wait_run(api, job["id"], api.trigger(job["id"]), within)

    def assert_refused_to_start(self, argv, pattern, within=15, env=None):
        """Exit code 1, and a last line on stderr that says why."""
        done = run_to_end(argv, within, env)
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        told = f"{' '.join(argv)}\nexit {done.returncode}\n{done.stdout}{done.stderr}"
        self.assertEqual(done.returncode, 1, told)
        self.assertTrue(lines, f"nothing on stderr: {told}")
        self.assertRegex(lines[-1], re.compile(pattern, re.I), told)
        self.assertLessEqual(len(lines), 3, told)
        self.assertNotRegex(done.stderr, REPORTS)
        return lines[-1]

    def _print_logs(self):
        for program in self.shared + getattr(self, "programs", []):
            lines = program.log_text().splitlines()
            print(f"\n----- {program.name}: last lines of {program.log}", file=sys.stderr)
            print("\n".join(lines[-40:]), file=sys.stderr)

    @classmethod
    def _leave(cls):
        if cls.failed or KEEP:
            print(f"\nkept: {cls.base}", file=sys.stderr)
        else:
            shutil.rmtree(cls.base, ignore_errors=True)


class Cluster:
    """Broker, scheduler and workers over TCP on this host."""

    def __init__(self, test, scheduler_args=("--lease-ttl", "3s", "--executor-silence", "3s")):
        self.test, self.folder = test, test.folder
        self.data = self.folder / "data"
        self.data.mkdir()
        self.broker = test.launch(Broker(self.folder))
        self.scheduler = test.launch(
            Scheduler(self.folder, self.data, [self.broker.frontend], scheduler_args))
        self.scheduler.wait_ready()
        self.api = self.scheduler.api
        self.workers = {}

    def add_worker(self, ident, **kw):
        worker = self.test.launch(Worker(self.folder, ident, [self.broker.backend], **kw))
        eventually(f"{ident} is UP", lambda: ident in self.api.executors_up())
        self.workers[ident] = worker
        return worker


def is_alive(pid):
    """Runs, and is not only a zombie that nobody has reaped."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def lines_of(path):
    return Path(path).read_text().splitlines() if Path(path).exists() else []
