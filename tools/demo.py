#!/usr/bin/env python3
"""takt in half a minute: starts `takt dev`, adds jobs by REST, shows runs as they end, sums up.

    tools/run --demo [--data DIR] [--listen HOST:PORT] [other options of takt dev]

Exits 0 only when every run that was due is there, once, and ended as it should.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime

WATCH_S = 30
READY_WITHIN_S = 30
# Runs that are due this shortly before the end are not waited for.
TAIL_S = 2
UNFINISHED = {"PENDING", "SCHEDULING", "RUNNING"}


class Jobs:
    """What the demo adds, and what is expected of each."""

    def __init__(self, url):
        healthz = {"url": f"{url}/healthz", "method": "GET", "headers": {}, "body": ""}
        self.all = [
            {"name": "every 5 seconds", "job_type": "SHELL_COMMAND", "cron_spec": "*/5 * * * * *",
             "payload": 'echo "run $TAKT_RUN_ID, due $TAKT_DUE"'},
            {"name": "My First Cron Job", "job_type": "SHELL_COMMAND", "timeout": 30,
             "description": "Prints current time to stdout", "cron_spec": "*/10 * * * * *",
             "payload": 'echo "Hello from cron job! Current time: $(date)"'},
            {"name": "ask the gateway", "job_type": "HTTP_CALLBACK", "interval": 4, "timeout": 5,
             "payload": json.dumps(healthz)},
            {"name": "greet", "job_type": "GREETING", "interval": 7, "payload": "takt"},
            {"name": "third time lucky", "job_type": "SHELL_COMMAND", "retry_times": 2,
             "payload": 'echo "attempt $TAKT_ATTEMPT"; test "$TAKT_ATTEMPT" -ge 3'},
            {"name": "always fails", "job_type": "SHELL_COMMAND", "retry_times": 1,
             "payload": "echo no luck; exit 3"},
        ]
        self.manual = {"third time lucky", "always fails"}
        self.fail = {"always fails"}


class Gateway:
    def __init__(self, url):
        self.url = url
        # A proxy is for the world outside.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def is_ready(self):
        try:
            executors = self.call("GET", "/api/executors")
            return self.call("GET", "/readyz") and any(e["status"] == "UP" for e in executors)
        except (OSError, RuntimeError, ValueError):
            return False


def instant(text):
    return datetime.fromisoformat(text).timestamp() if text else None


def first_line(text, width=60):
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = "".join(c if c.isprintable() else " " for c in line)
    return line if len(line) <= width else line[:width - 1] + "…"


def lateness_ms(run):
    """Start minus due of a planned run's first attempt; retries start later on purpose."""
    if run["kind"] != "planned" or not run["start_time"] or run.get("attempt", 1) > 1:
        return None
    return round((instant(run["start_time"]) - instant(run["due"])) * 1000)


def free_listen():
    for port in (8080, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return f"127.0.0.1:{probe.getsockname()[1]}"
            except OSError:
                continue
    raise RuntimeError("no port is free")


class Demo:
    def __init__(self, gateway):
        self.gateway = gateway
        self.jobs = {}  # id -> job as created, in order
        self.shown = set()
        self.plan = Jobs(gateway.url)

    def add_jobs(self):
        for body in self.plan.all:
            job = self.gateway.call("POST", "/api/job", body)
            self.jobs[job["id"]] = job
            when = job["cron_spec"] or (f"every {job['interval']} s" if job["interval"] else "by hand")
            print(f"  added  {job['name']:<18} {job['job_type']:<14} {when}")
            if job["name"] in self.plan.manual:
                self.gateway.call("POST", f"/api/job/{job['id']}/trigger")

    def runs(self, job_id):
        return self.gateway.call("GET", f"/api/job/logs/{job_id}?page=1&pageSize=100")["data"]

    def look(self):
        """Shows runs that ended since the last look, in the order of their ends."""
        ended = []
        for job_id, job in self.jobs.items():
            for run in self.runs(job_id):
                if run["id"] not in self.shown and run["status"] not in UNFINISHED:
                    ended.append((run["end_time"] or run["created_at"], job["name"], run))
        for when, name, run in sorted(ended, key=lambda e: e[0]):
            self.shown.add(run["id"])
            late = lateness_ms(run)
            late = "      " if late is None else f"{late:>3} ms"
            said = first_line(run["output"]) or first_line(run["error"]) or run["reason"]
            if run.get("attempt", 1) > 1:
                said += f"  (attempt {run['attempt']})"
            clock = datetime.fromtimestamp(instant(when)).strftime("%H:%M:%S")
            print(f"  {clock}  {name:<18} {run['status']:<8} {late}  {said}", flush=True)

    def expected_dues(self, job, until):
        """Every planned instant of a job's schedule, in epoch seconds."""
        created = instant(job["created_at"])
        if job["interval"]:
            step, start = job["interval"], created
            return [start + n * step for n in range(1, int((until - start) // step) + 1)]
        step = int(job["cron_spec"][2:].split()[0])  # the demo's own "*/n * * * * *"
        first = (int(created) // step + 1) * step
        return list(range(first, int(until) + 1, step))

    def judge(self, job, runs, until):
        """What is wrong with a job's runs: a list of sentences."""
        wrong = []
        wanted = "FAILED" if job["name"] in self.plan.fail else "SUCCESS"
        for run in runs:
            unfinished_tail = run["status"] in UNFINISHED and instant(run["due"]) > until
            if run["status"] != wanted and not unfinished_tail:
                why = run["error"] or run["reason"]
                wrong.append(f"run {run['id']} is {run['status']}, not {wanted}: {first_line(why)}")
        dues = sorted(instant(run["due"]) for run in runs if run["kind"] == "planned")
        if len({round(due * 1000) for due in dues}) != len(dues):
            wrong.append("an instant has two rows")
        if job["name"] in self.plan.manual:
            if len(runs) != 1:
                wrong.append(f"triggered once, but there are {len(runs)} runs")
        else:
            for due in self.expected_dues(job, until):
                if not any(abs(have - due) < 0.01 for have in dues):
                    wrong.append(f"no run at {datetime.fromtimestamp(due):%H:%M:%S.%f}")
        return wrong

    def summary(self, ended_at):
        print(f"\n  {'job':<18} {'runs':>4}  {'states':<28} {'max lateness':>12}")
        wrong = []
        for job_id, job in self.jobs.items():
            runs = self.runs(job_id)
            states = {}
            for run in runs:
                states[run["status"]] = states.get(run["status"], 0) + 1
            spoken = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
            late = [ms for ms in map(lateness_ms, runs) if ms is not None]
            worst = f"{max(late)} ms" if late else "–"
            print(f"  {job['name']:<18} {len(runs):>4}  {spoken:<28} {worst:>12}")
            wrong += [f"{job['name']}: {line}" for line in self.judge(job, runs, ended_at - TAIL_S)]
        if wrong:
            print("\n  not as expected:\n    " + "\n    ".join(wrong))
        else:
            print("\n  every due instant has exactly one run, and each ended as it should")
        return not wrong


def start(takt, listen, data, rest, log):
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    argv = [takt, "dev", "--listen", listen, "--data", data, *rest]
    return subprocess.Popen(argv, env=env, stdout=log, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def watch(process, listen):
    gateway = Gateway(f"http://{listen}")
    deadline = time.monotonic() + READY_WITHIN_S
    while not gateway.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            print("takt dev did not come up")
            return False
        time.sleep(0.1)
    print(f"\ntakt is up: {gateway.url}  (for {WATCH_S} s; Ctrl-C ends it sooner)\n")
    demo = Demo(gateway)
    demo.add_jobs()
    print("\n  ended     job                state      late  first line of its output")
    until = time.monotonic() + WATCH_S
    while time.monotonic() < until:
        time.sleep(0.5)
        demo.look()
        if process.poll() is not None:
            print(f"takt dev ended by itself with {process.returncode}")
            return False
    ended_at = time.time()
    demo.look()
    return demo.summary(ended_at)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--takt", required=True, help="the program")
    parser.add_argument("rest", nargs="*", help="options of takt dev")
    given = parser.parse_args()
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--listen")
    own.add_argument("--data")
    options, rest = own.parse_known_args(given.rest)
    listen = options.listen or free_listen()
    folder = tempfile.mkdtemp(prefix="takt-demo-")
    log_path = os.path.join(folder, "takt.log")
    good = False
    # As Ctrl-C: whoever stops the demo gets takt stopped and the folder removed, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open(log_path, "wb") as log:
        process = start(given.takt, listen, options.data or os.path.join(folder, "data"), rest, log)
        try:
            good = watch(process, listen)
        except KeyboardInterrupt:
            print("\nstopped")
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            print(f"the demo failed: {error!r}")
        finally:
            ended_alone = process.poll() is not None
            code = stop(process)
    if code != 0 and not ended_alone:
        print(f"takt dev ended with {code} when it was asked to stop")
        good = False
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        with open(log_path, errors="replace") as log:
            print("\nlast lines of takt's log (" + log_path + "):\n" + "".join(log.readlines()[-20:]))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
