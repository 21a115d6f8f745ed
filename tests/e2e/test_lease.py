"""Two schedulers on one data folder: one drives, the other stands by and takes over in time."""

import contextlib
import sqlite3
import unittest

from harness import Broker, Scheduler, TaktTest, Worker, eventually, let_pass, lines_of, wall_ms
from rest import assert_accounted, planned, to_ms
from standins import Redis

TTL_S = 3


class Pair:
    """The set-up and the checks that hold for every kind of lease."""

    lease_args = ()

    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        self.data.mkdir()
        self.broker = self.launch(Broker(self.folder))
        self.prepare()
        self.nodes = [self.launch(self.node(n)).wait_up() for n in "ab"]
        self.launch(Worker(self.folder, "w1", [self.broker.backend]))
        self.driver = eventually("one of the two drives", self.find_driver, 15)
        self.standby = next(n for n in self.nodes if n is not self.driver)
        eventually("w1 is UP", lambda: "w1" in self.driver.api.executors_up())
        self.notes = self.folder / "notes"
        self.job = self.driver.api.shell(f'echo "$TAKT_DUE" >> {self.notes}',
                                         cron_spec="* * * * * *")
        self.wait_fires(2)

    def prepare(self):
        pass

    def node(self, letter, lease_args=None):
        args = ["--lease-ttl", f"{TTL_S}s", "--executor-silence", "3s"]
        args += self.lease_args if lease_args is None else lease_args
        return Scheduler(self.folder, self.data, [self.broker.frontend], args,
                         name=f"scheduler-{letter}")

    def find_driver(self):
        return next((n for n in self.nodes
                     if n.is_running and n.api.get("/readyz").status == 200
                     and self.takes_writes(n)), None)

    def takes_writes(self, node):
        """Only who drives can say 201."""
        probe = {"name": "probe", "job_type": "SHELL_COMMAND", "payload": "true"}
        return node.api.post("/api/job?allow_unknown_type=1", probe).status == 201

    def rows(self):
        return self.driver.api.logs(self.job["id"])

    def wait_fires(self, more, within=15):
        """`more` runs due from now on have succeeded."""
        now = wall_ms()
        eventually(f"{more} more runs", lambda: len(
            [r for r in planned(self.rows()) if r["status"] == "SUCCESS" and to_ms(r["due"]) > now]
        ) >= more, within)

    def assert_nothing_doubled(self):
        self.driver.api.pause(self.job["id"])
        rows = self.wait_settled(self.driver.api, self.job["id"])
        assert_accounted(rows, 1000)
        self.assertLessEqual({r["status"] for r in rows}, {"SUCCESS", "MISSED"}, rows)
        noted = lines_of(self.notes)
        self.assertEqual(len(noted), len(set(noted)), "a due instant ran twice")
        self.assertCountEqual([to_ms(due) for due in noted],
                              [to_ms(r["due"]) for r in rows if r["status"] == "SUCCESS"])

    def test_a_standby_reads_and_sends_writers_to_the_driver(self):
        job_id, api = self.job["id"], self.standby.api
        self.assertEqual(api.job(job_id)["name"], "e2e")
        self.assertIn(job_id, [j["id"] for j in api.jobs()])
        self.assertTrue(api.logs(job_id))
        self.assertEqual(api.get("/healthz").status, 200)
        good = {"name": "n", "job_type": "SHELL_COMMAND", "payload": "true"}
        for method, path, body in (("POST", "/api/job", good), ("PUT", f"/api/job/{job_id}", good),
                                   ("DELETE", f"/api/job/{job_id}", None),
                                   ("POST", f"/api/job/{job_id}/trigger", None),
                                   ("POST", f"/api/job/{job_id}/pause", None)):
            with self.subTest(method=method, path=path):
                answer = api.call(method, path, body)
                self.assertEqual(answer.status, 503, answer)
                self.assertIn(self.driver.api.address, answer.json["error"])
        self.assertEqual(self.driver.api.job(job_id)["status"], "PENDING")

    def test_the_standby_fires_within_the_ttl_and_a_second(self):
        died, dead = self.driver, self.driver.api.address
        self.driver.kill()
        at = wall_ms()

        def fired():
            return [to_ms(r["created_at"]) for r in planned(self.standby.api.logs(self.job["id"]))
                    if to_ms(r["created_at"]) > at]
        took = min(eventually("the stand-by fires", fired, 15)) - at
        self.assertLessEqual(took, (TTL_S + 1) * 1000, "too slow a take-over")
        self.driver, self.standby = self.standby, died
        self.wait_fires(2)
        died.start().wait_up()
        answer = died.api.post(f"/api/job/{self.job['id']}/trigger")
        self.assertEqual(answer.status, 503, f"{dead} is back and wants to drive: {answer}")
        self.wait_fires(1)
        self.assert_nothing_doubled()

    def test_a_frozen_driver_wakes_up_to_another_one(self):
        frozen = self.driver
        frozen.freeze_between_writes(self.data / "takt.db")
        self.driver, self.standby = self.standby, frozen
        eventually("the stand-by drives", lambda: self.takes_writes(self.driver), TTL_S + 2)
        let_pass(1)
        frozen.thaw()
        answer = eventually("the frozen node answers", lambda: frozen.api.post(
            f"/api/job/{self.job['id']}/trigger"))
        self.assertEqual(answer.status, 503, f"it still thinks that it drives: {answer}")
        self.wait_fires(2)
        self.assert_nothing_doubled()

    def test_a_driver_that_stops_in_good_order_hands_over_at_once(self):
        died = self.driver
        at = wall_ms()
        self.driver.stop()
        self.driver, self.standby = self.standby, died

        def fired():
            return [r for r in planned(self.driver.api.logs(self.job["id"]))
                    if to_ms(r["created_at"]) > at]
        eventually("the stand-by fires", fired, TTL_S + 1)
        self.wait_fires(2)
        self.assert_nothing_doubled()


class WithTheRow(Pair, TaktTest):
    def test_a_stranger_who_keeps_the_store_locked_costs_time_and_nothing_else(self):
        with contextlib.closing(sqlite3.connect(self.data / "takt.db", timeout=20)) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            let_pass(TTL_S + 2)
            eventually("a node names the reason", lambda: any(
                "kept locked by another process" in node.log_text() for node in self.nodes), 20)
            stranger.execute("ROLLBACK")
        # Both were without a lease; whoever drives two dues later keeps driving.
        self.wait_fires(2, 30)
        self.driver = eventually("one of the two drives", self.find_driver, 20)
        self.assert_nothing_doubled()


class WithRedis(Pair, TaktTest):
    def prepare(self):
        self.redis = self.launch(Redis(self.folder)).wait_ready()
        self.lease_args = ["--lease", self.redis.url]

    def test_flush_stop_and_restart_of_redis_double_nothing(self):
        self.assertEqual(self.redis.command("FLUSHALL"), b"+OK\r\n")
        let_pass(TTL_S + 1)
        self.wait_fires(1)
        self.redis.stop()
        let_pass(TTL_S + 1)
        self.wait_fires(1)
        self.redis.start().wait_ready()
        let_pass(TTL_S + 1)
        self.wait_fires(1)
        self.driver = eventually("one of the two drives", self.find_driver)
        self.assert_nothing_doubled()

    def test_a_node_with_another_kind_of_lease_is_refused(self):
        self.assert_refused_to_start(self.node("c", lease_args=[]).argv, "lease")


if __name__ == "__main__":
    unittest.main()
