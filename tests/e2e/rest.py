"""The REST client of the tests, and the ledger's account.

Answers are plain values. Nothing here retries: waiting is harness.eventually's business.
"""

import http.client
import json
import re
from datetime import datetime

SEED_JOB_FIELDS = {
    "id": str, "name": str, "description": str, "job_type": str, "cron_spec": str,
    "interval": int, "payload": str, "executor_id": str, "timeout": int, "retry_times": int,
    "status": str, "created_at": str, "updated_at": str,
}
SEED_LOG_FIELDS = {
    "id": str, "job_id": str, "executor_id": str, "status": str, "output": str, "error": str,
    "duration": int, "created_at": str,
}
UNFINISHED = {"PENDING", "SCHEDULING", "RUNNING"}
DECIDED_AGAINST = {"SKIPPED", "MISSED"}
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
NOBODY = "00000000-0000-4000-8000-000000000000"


def to_ms(text):
    """RFC 3339 text as UTC milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Api:
    """One gateway. `connect` (address -> socket) lets a test speak from another namespace."""

    def __init__(self, host, port, token=None, connect=None):
        self.host, self.port, self.token, self.connect = host, port, token, connect

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def call(self, method, path, body=None, headers=None, timeout=12):
        """`body`: bytes as they are, anything else as JSON."""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        link = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            if self.connect:
                link.sock = self.connect((self.host, self.port), timeout)
            link.request(method, path, body, headers)
            got = link.getresponse()
            return Answer(got.status, got.headers, got.read())
        finally:
            link.close()

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, body)

    def put(self, path, body):
        return self.call("PUT", path, body)

    def delete(self, path):
        return self.call("DELETE", path)

    def expect(self, status, method, path, body=None):
        answer = self.call(method, path, body)
        if answer.status != status:
            raise AssertionError(f"{method} {path}: wanted {status}, got {answer}")
        return answer.json if answer.body else None

    # -- what the tests do all the time ----------------------------------------------------------

    def create(self, job_type, payload, **fields):
        job = {"name": "e2e", "job_type": job_type, "payload": payload, "timeout": 30, **fields}
        return self.expect(201, "POST", "/api/job", job)

    def shell(self, command, **fields):
        return self.create("SHELL_COMMAND", command, **fields)

    def job(self, job_id):
        return self.expect(200, "GET", f"/api/job/{job_id}")

    def jobs(self):
        """All jobs, page by page."""
        return self._all("/api/jobs", 200)

    def trigger(self, job_id):
        return self.expect(200, "POST", f"/api/job/{job_id}/trigger")["log_id"]

    def pause(self, job_id):
        self.expect(200, "POST", f"/api/job/{job_id}/pause")

    def logs(self, job_id):
        """All rows of a job's ledger, newest first."""
        return self._all(f"/api/job/logs/{job_id}", 100)

    def run(self, job_id, log_id):
        """The run's row, or None."""
        return next((row for row in self.logs(job_id) if row["id"] == log_id), None)

    def executors(self):
        return self.expect(200, "GET", "/api/executors")

    def executors_up(self):
        return {e["id"] for e in self.executors() if e["status"] == "UP"}

    def metrics(self):
        answer = self.get("/metrics")
        assert answer.status == 200, answer
        return parse_metrics(answer.text)

    def _all(self, path, size):
        # Rows that arrive between two pages push others down: the id tells them apart.
        rows, page = {}, 1
        while True:
            part = self.expect(200, "GET", f"{path}?page={page}&pageSize={size}")
            rows.update((row["id"], row) for row in part["data"])
            if page * size >= part["total"]:
                return list(rows.values())
            page += 1


# -- the ledger ----------------------------------------------------------------------------------


def planned(rows):
    """Rows of planned instants, oldest first."""
    rows = [r for r in rows if r["kind"].lower() == "planned"]
    return sorted(rows, key=lambda r: to_ms(r["due"]))


def instants(rows, step_ms):
    """Every planned instant that the rows account for, sorted, with repetitions."""
    found = []
    for row in planned(rows):
        first, last = to_ms(row["due"]), to_ms(row.get("due_last") or row["due"])
        count = row.get("count", 1)
        assert last - first == (count - 1) * step_ms, f"due, due_last and count disagree: {row}"
        found += range(first, last + 1, step_ms)
    return sorted(found)


def assert_accounted(rows, step_ms, first=None, last=None):
    """Each instant from the first to the last is in exactly one row."""
    found = instants(rows, step_ms)
    assert found, "the ledger has no planned row"
    wanted = list(range(found[0] if first is None else first,
                        (found[-1] if last is None else last) + 1, step_ms))
    twice = sorted({i for i in found if found.count(i) > 1})
    assert not twice, f"in more than one row: {twice}"
    assert not set(wanted) - set(found), f"in no row: {sorted(set(wanted) - set(found))}"
    assert not set(found) - set(wanted), f"off the schedule: {sorted(set(found) - set(wanted))}"
    return found


# -- metrics -------------------------------------------------------------------------------------

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """Prometheus text as a list of (name, labels, value); a line that is none of it raises."""
    samples = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, f"not a Prometheus sample: {line!r}"
        name, labels, value = match.groups()
        samples.append((name, dict(LABEL.findall(labels or "")), float(value)))
    return samples
