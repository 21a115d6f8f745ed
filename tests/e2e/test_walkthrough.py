"""The seed's own walkthrough, typed as it stands, on takt dev and on three programs over TCP."""

import json
import re
import unittest
from pathlib import Path

import seed_commands as seed
from harness import (LONG, Broker, Dev, Scheduler, TaktTest, Worker, eventually, free_port, is_free,
                     let_pass, run_to_end, wall_ms)
from rest import SEED_JOB_FIELDS, UNFINISHED, UUID, assert_accounted, planned, to_ms
from standins import Http

WATCH_S = 120 if LONG else 35
CRON_MS, INTERVAL_MS = 10_000, 20_000


class TheSeedsText(unittest.TestCase):
    def test_the_commands_are_the_seeds(self):
        page = Path(__file__).resolve().parents[3] / "shared" / "seed.md"
        if not page.exists():
            self.skipTest("the seed's page is not beside this checkout")
        text = page.read_text(encoding="utf-8")
        for name in ("CREATE_SHELL", "CREATE_HTTP", "LIST", "TRIGGER", "LOGS"):
            self.assertIn(getattr(seed, name), text, name)


class Walkthrough:
    """The steps; a set-up mixes them in and provides start(port, environment of the worker)."""

    def setUp(self):
        super().setUp()
        self.stand_in = Http()
        self.addCleanup(self.stand_in.close)
        self.port = 8080 if is_free(8080) else free_port()
        self.api = self.start(self.port, {"http_proxy": self.stand_in.url})

    def type_in(self, command, job_id=""):
        """As a user would, in bash; curl says on stdout what the gateway answered."""
        command = command.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        done = run_to_end(["bash", "-c", command.replace("YOUR_JOB_ID", job_id)])
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_the_walkthrough(self):
        began = wall_ms()
        shell, http = self.type_in(seed.CREATE_SHELL), self.type_in(seed.CREATE_HTTP)
        self.check_created(shell, http)
        self.check_listed(shell, http)
        log_id = self.check_trigger(shell)
        let_pass(WATCH_S - (wall_ms() - began) / 1000)
        until = wall_ms()
        self.check_cron(shell, until)
        self.check_callback(http, until)
        self.check_logs_command(shell, log_id)

    def check_created(self, shell, http):
        for job in (shell, http):
            for field, kind in SEED_JOB_FIELDS.items():
                self.assertIsInstance(job.get(field), kind, f"{field} of {job}")
            self.assertRegex(job["id"], UUID)
            self.assertEqual(job["status"], "PENDING")
        self.assertEqual(shell["name"], "My First Cron Job")
        self.assertEqual(shell["cron_spec"], "*/10 * * * * *")
        self.assertEqual(shell["payload"], 'echo "Hello from cron job! Current time: $(date)"')
        self.assertEqual((shell["timeout"], shell["retry_times"]), (30, 0))
        self.assertEqual((http["interval"], http["timeout"], http["retry_times"]), (20, 15, 1))
        self.assertEqual(json.loads(json.loads(http["payload"])["body"]), {"data": "test_payload"})

    def check_listed(self, shell, http):
        listing = self.type_in(seed.LIST)
        self.assertEqual(listing["total"], 2)
        self.assertCountEqual([j["id"] for j in listing["data"]], [shell["id"], http["id"]])

    def check_trigger(self, shell):
        answer = self.type_in(seed.TRIGGER, shell["id"])
        self.assertEqual(answer["message"], "Job manually triggered.")
        row = self.wait_run(self.api, shell["id"], answer["log_id"])
        self.assertEqual(row["status"], "SUCCESS", row)
        self.assertEqual(row["kind"].lower(), "manual")
        self.assertRegex(row["output"], r"^Hello from cron job! Current time: .+\n?$")
        return answer["log_id"]

    def rows_until(self, job, until):
        """The planned rows due a little before `until`, once all of them are finished."""
        def settled():
            rows = [r for r in planned(self.api.logs(job["id"])) if to_ms(r["due"]) <= until - 1500]
            return rows if all(r["status"] not in UNFINISHED for r in rows) else None
        return eventually("the planned runs are finished", settled)

    def check_cron(self, shell, until):
        rows = self.rows_until(shell, until)
        first = (to_ms(shell["created_at"]) // CRON_MS + 1) * CRON_MS
        last = (until - 1500) // CRON_MS * CRON_MS
        assert_accounted(rows, CRON_MS, first, last)
        self.assertGreaterEqual(len(rows), WATCH_S // 10 - 1)
        for row in rows:
            self.assertEqual(row["status"], "SUCCESS", row)
            said = re.fullmatch(r"Hello from cron job! Current time: (.*)\n?", row["output"])
            self.assertTrue(said, row)
            second = int(re.search(r"\d\d:\d\d:(\d\d)", said.group(1)).group(1))
            self.assertIn(second % 10, (0, 1), f"not at :00, :10, :20 …: {row}")
            self.assert_on_time(row)

    def check_callback(self, http, until):
        rows = self.rows_until(http, until)
        first = to_ms(http["created_at"]) + INTERVAL_MS
        assert_accounted(rows, INTERVAL_MS, first)
        for row in rows:
            self.assertEqual(row["status"], "SUCCESS", row)
            self.assertIn("http://httpbin.org/post", row["output"])
            self.assert_on_time(row)
        self.assertGreaterEqual(len(self.stand_in.seen), len(rows))
        for method, url, headers, body in self.stand_in.seen:
            self.assertEqual((method, url), ("POST", "http://httpbin.org/post"))
            self.assertEqual(json.loads(body), {"data": "test_payload"})
            self.assertEqual(headers["Content-Type"], "application/json")

    def check_logs_command(self, shell, log_id):
        listing = self.type_in(seed.LOGS, shell["id"])
        self.assertLessEqual(len(listing["data"]), 10)
        self.assertEqual(listing["total"], len(self.api.logs(shell["id"])))
        if listing["total"] <= 10:
            self.assertIn(log_id, [r["id"] for r in listing["data"]])

    def assert_on_time(self, row):
        late = to_ms(row["start_time"]) - to_ms(row["due"])
        self.assertGreaterEqual(late, 0, f"started before it was due: {row}")
        self.assertLess(late, 2000, row)


class OnTaktDev(Walkthrough, TaktTest):
    def start(self, port, env):
        return self.launch(Dev(self.folder, port=port, env=env)).wait_ready().api


class OnThreePrograms(Walkthrough, TaktTest):
    def start(self, port, env):
        data = self.folder / "data"
        broker = self.launch(Broker(self.folder))
        scheduler = self.launch(Scheduler(self.folder, data, [broker.frontend], port=port))
        self.launch(Worker(self.folder, "executor-001", [broker.backend], env=env))
        scheduler.wait_ready()
        eventually("executor-001 is UP", lambda: "executor-001" in scheduler.api.executors_up())
        return scheduler.api


if __name__ == "__main__":
    unittest.main()
