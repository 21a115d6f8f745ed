"""Many one-second jobs at once: the ledger of a takt dev has every due of every job, each once.

By default 500 jobs for 10 s (fewer where the binaries are slowed by sanitizers); with TAKT_E2E_LONG=1
the 5,000 jobs for 60 s of the promise. The figures are printed; only the account is asserted."""

import concurrent.futures
import http.client
import json
import re
import threading

from harness import LONG, SLOW, Dev, TaktTest, eventually, let_pass, wall_ms

JOBS, SECONDS = (5000, 60) if LONG else (int(500 / SLOW ** 2), 10)


class Lines:
    """One connection per thread: a job costs a request, not a connection."""

    def __init__(self, api):
        self.api, self.mine, self.all = api, threading.local(), []

    def ask(self, method, path, body=None):
        if not hasattr(self.mine, "link"):
            self.mine.link = http.client.HTTPConnection(self.api.host, self.api.port, timeout=30)
            self.all.append(self.mine.link)
        self.mine.link.request(method, path, body and json.dumps(body),
                               {"Content-Type": "application/json"})
        got = self.mine.link.getresponse()
        return got.status, json.loads(got.read() or b"null")

    def close(self):
        for link in self.all:
            link.close()


class HerdTest(TaktTest):
    def test_every_due_of_every_job_has_its_row(self):
        dev = self.launch(Dev(self.folder)).wait_ready()
        line = Lines(dev.api)
        self.addCleanup(line.close)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            began = wall_ms()
            jobs = list(pool.map(lambda n: self.make(line, n), range(JOBS)))
            made = wall_ms()
            since, until = made + 1000, made + 1000 * (SECONDS + 1)
            let_pass(SECONDS + 2)
            # What is due has fired when the youngest due of the stretch has a row.
            rows = eventually("every job's account", lambda: self.accounts(
                pool, line, jobs, since, until), within=60, every=1)
        self.assertEqual(len(rows), JOBS)
        for account in rows:
            dues = [r["due_ms"] for r in account]
            self.assertEqual({b - a for a, b in zip(dues, dues[1:])}, {1000})
            self.assertEqual(len(dues), SECONDS)
            self.assertEqual({(r["outcome"], r["count"]) for r in account}, {("ran", 1)})
        metrics = dev.api.get("/metrics").text
        self.assertIn("takt_run_lateness_seconds_bucket", metrics)
        late = self.worst_lateness(metrics)
        print(f"\n{JOBS} jobs made in {(made - began) / 1000:.1f} s; {sum(map(len, rows))} dues of "
              f"{SECONDS} s, each with one row; runs that have started so far: {late}")

    def make(self, line, n):
        status, job = line.ask("POST", "/api/job", {
            "name": f"herd-{n}", "job_type": "GREETING", "payload": "{}", "interval": 1,
            "timeout": 30})
        self.assertEqual(status, 201, job)
        return job["id"]

    def accounts(self, pool, line, jobs, since, until):
        def account(job):
            status, page = line.ask(
                "GET", f"/api/job/{job}/ledger?from={since}&to={until}&pageSize=10000")
            self.assertEqual(status, 200, page)
            return page["data"]
        last = account(jobs[-1])
        if not last or any(r["outcome"] == "planned" for r in last):
            return None
        rows = list(pool.map(account, jobs))
        return None if any(r["outcome"] == "planned" for a in rows for r in a) else rows

    def worst_lateness(self, metrics):
        count = re.search(r"takt_run_lateness_seconds_count (\S+)", metrics)
        under = re.findall(r'takt_run_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)', metrics)
        total = float(count[1]) if count else 0
        half = next((le for le, n in under if float(n) >= total / 2), "?")
        return f"{total:.0f}, half of them within {half} s"


if __name__ == "__main__":
    import unittest
    unittest.main()
