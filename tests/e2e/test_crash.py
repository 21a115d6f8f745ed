"""kill -9 at bad moments: nothing acknowledged is lost, every instant is in exactly one row."""

import random
import signal
import threading
import unittest

from harness import (LONG, SEED, Cluster, Dev, TaktTest, eventually, let_pass, lines_of, wall_ms)
from rest import assert_accounted, planned, to_ms

NOTE = 'echo "$TAKT_RUN_ID $TAKT_DUE" >> {}; echo ok'


class KillTaktDev(TaktTest):
    """Rounds of: run for a while, kill -9, stay dead for a while, start again."""

    ROUNDS = 20 if LONG else 4

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.dev = self.launch(Dev(self.folder)).wait_ready()
        self.api = self.dev.api
        self.acknowledged = []

    def test_every_instant_has_one_row_and_no_job_is_lost(self):
        notes = {step: self.folder / f"notes-{step}" for step in (1000, 2000)}
        each_second = self.api.shell(NOTE.format(notes[1000]), cron_spec="* * * * * *")
        each_two = self.api.shell(NOTE.format(notes[2000]), interval=2)
        outages = [self.one_round(busy=n % 2 == 1) for n in range(self.ROUNDS)]
        let_pass(2.5)
        self.check_jobs([each_second, each_two])
        for job, step in ((each_second, 1000), (each_two, 2000)):
            with self.subTest(step=step, seed=SEED):
                self.api.pause(job["id"])
                rows = self.wait_settled(self.api, job["id"])
                self.check_ledger(rows, step, notes[step])
                self.check_outages(rows, step, outages)
        start = to_ms(each_two["created_at"])
        self.assertEqual(to_ms(planned(self.api.logs(each_two["id"]))[0]["due"]), start + 2000)

    def one_round(self, busy):
        """Returns when it was killed and when it was up again. `busy`: amid an instant's work."""
        maker = threading.Thread(target=self.make_jobs)
        maker.start()
        let_pass(self.random.uniform(2.5, 4.5))
        if busy:
            let_pass(1 - wall_ms() % 1000 / 1000 + self.random.uniform(0, 0.06))
        self.dev.kill()
        killed = wall_ms()
        maker.join()
        let_pass(self.random.uniform(2.6, 4.2))
        self.dev.start().wait_ready()
        return killed, wall_ms()

    def make_jobs(self):
        """Creates jobs until the gateway is gone; those it acknowledged must never be lost."""
        pace = threading.Event()
        while True:
            try:
                self.acknowledged.append(self.api.shell("true")["id"])
            except Exception:  # killed under our hands, at whatever point
                return
            pace.wait(0.02)

    def check_jobs(self, others):
        stored = {job["id"] for job in self.api.jobs()}
        lost = set(self.acknowledged) | {job["id"] for job in others}
        self.assertGreater(len(self.acknowledged), 4 * self.ROUNDS)
        self.assertLessEqual(lost, stored, "an acknowledged job is gone")

    def check_ledger(self, rows, step, notes):
        assert_accounted(rows, step)
        by_state = {}
        for row in planned(rows):
            by_state.setdefault(row["status"], []).append(row)
        self.assertLessEqual(set(by_state), {"SUCCESS", "LOST", "MISSED"}, by_state)
        # The kill takes the worker too: what ran at that moment is lost, nothing else.
        self.assertLessEqual(len(by_state.get("LOST", [])), self.ROUNDS, by_state)
        runs = [line.split()[0] for line in lines_of(notes)]
        self.assertEqual(len(runs), len(set(runs)), "a run was started twice")
        self.assertLessEqual({row["id"] for row in by_state["SUCCESS"]}, set(runs))
        never = {row["id"] for row in by_state.get("MISSED", [])}
        self.assertFalse(never & set(runs), "a missed instant ran")

    def check_outages(self, rows, step, outages):
        """Of the instants missed while dead the last one runs, one MISSED row counts the others."""
        ledger = planned(rows)
        missed = [row for row in ledger if row["status"] == "MISSED"]
        claimed = []
        for killed, back in outages:
            inside = [r for r in missed if killed - 1000 <= to_ms(r["due"]) <= back]
            claimed += inside
            self.assertLessEqual(len(inside), 1, f"several MISSED rows for one outage: {inside}")
            whole = len(range(killed // step + 1, (back - 1500) // step + 1))
            if step == 1000 and whole >= 3:
                self.assertEqual(len(inside), 1, f"no MISSED row between {killed} and {back}")
            for row in inside:
                self.assertTrue(row["reason"], row)
                after = to_ms(row.get("due_last") or row["due"]) + step
                follower = next((r for r in ledger if to_ms(r["due"]) == after), None)
                self.assertTrue(follower and follower["status"] == "SUCCESS", (row, follower))
                self.assertGreaterEqual(to_ms(follower["start_time"]), killed)
        self.assertEqual(len(claimed), len(missed), "MISSED outside every outage")


class KillOneOfThree(TaktTest):
    def test_the_broker_dies_and_no_run_is_lost_or_doubled(self):
        cluster = Cluster(self)
        api = cluster.api
        for ident in ("w1", "w2"):
            cluster.add_worker(ident)
        notes = self.folder / "notes"
        jobs = [api.shell(NOTE.format(notes), cron_spec="* * * * * *") for _ in range(3)]
        slow = api.shell(f"sleep 5; {NOTE.format(notes)}")
        eventually("each job has fired", lambda: all(planned(api.logs(j["id"])) for j in jobs))
        across = api.trigger(slow["id"])
        self.wait_running(api, slow["id"], across)
        broker = cluster.broker
        broker.kill()
        jobs.append(api.shell(NOTE.format(notes)))
        for _ in range(3):
            api.trigger(jobs[-1]["id"])  # acknowledged while nobody can be reached
        let_pass(3)
        back = wall_ms()
        broker.start()

        def caught_up():
            rows = [r for j in jobs[:3] for r in api.logs(j["id"])]
            return {j["id"] for j in jobs[:3]} == {r["job_id"] for r in rows
                    if r["status"] == "SUCCESS" and to_ms(r["due"]) > back}
        eventually("each job fires and succeeds with the new broker", caught_up, 20)
        self.check_exactly_once(api, jobs + [slow], notes)

    def check_exactly_once(self, api, jobs, notes):
        for job in jobs:
            api.pause(job["id"])
        rows = [row for job in jobs for row in self.wait_settled(api, job["id"], 30)]
        self.assertEqual({row["status"] for row in rows}, {"SUCCESS"}, rows)
        runs = [line.split()[0] for line in lines_of(notes)]
        self.assertCountEqual(runs, [row["id"] for row in rows])
        for job in jobs:
            if job["cron_spec"]:
                assert_accounted(api.logs(job["id"]), 1000)

    def test_a_worker_dies_for_good(self):
        cluster = Cluster(self)
        api = cluster.api
        first = cluster.add_worker("w1")
        tries = self.folder / "tries"
        command = f"echo $TAKT_ATTEMPT >> {tries}; [ $TAKT_ATTEMPT = 1 ] && sleep 15; echo done"
        again, once = api.shell(command, retry_times=1), api.shell("sleep 15", retry_times=0)
        log_again, log_once = api.trigger(again["id"]), api.trigger(once["id"])
        for job, log_id in ((again, log_again), (once, log_once)):
            self.assertEqual(self.wait_running(api, job["id"], log_id)["executor_id"], "w1")
        cluster.add_worker("w2")
        first.kill()
        row = self.wait_run(api, again["id"], log_again, 20)
        self.assertEqual((row["status"], row["attempt"], row["executor_id"], row["output"]),
                         ("SUCCESS", 2, "w2", "done\n"))
        self.assertEqual(lines_of(tries), ["1", "2"])
        row = self.wait_run(api, once["id"], log_once, 20)
        self.assertEqual((row["status"], row["attempt"], row["executor_id"]), ("LOST", 1, "w1"))
        self.assertTrue(row["error"] or row["reason"], row)
        self.check_record_of_the_dead(api)

    def check_record_of_the_dead(self, api):
        eventually("w1 is no longer UP", lambda: api.executors_up() == {"w2"})
        answer = api.delete("/api/executor/w1")
        self.assertIn(answer.status, (200, 204), answer)
        self.assertNotIn("w1", [e["id"] for e in api.executors()])
        self.assertEqual(api.delete("/api/executor/w1").status, 404)

    def test_a_worker_dies_and_comes_back(self):
        cluster = Cluster(self)
        api, worker = cluster.api, cluster.add_worker("w1")
        job = api.shell("[ $TAKT_ATTEMPT = 1 ] && sleep 15; echo done", retry_times=1)
        log_id = api.trigger(job["id"])
        self.wait_running(api, job["id"], log_id)
        worker.kill()
        worker.start()
        row = self.wait_run(api, job["id"], log_id, 25)
        self.assertEqual((row["status"], row["attempt"]), ("SUCCESS", 2))

    def test_a_frozen_worker_is_lost_until_its_late_result_arrives(self):
        cluster = Cluster(self)
        api, worker = cluster.api, cluster.add_worker("w1")
        starts = self.folder / "starts"
        job = api.shell(f"echo $TAKT_ATTEMPT >> {starts}; sleep 2; echo done")
        log_id = api.trigger(job["id"])
        self.wait_running(api, job["id"], log_id)
        worker.freeze()
        self.assertEqual(self.wait_run(api, job["id"], log_id, 12)["status"], "LOST")
        worker.thaw()
        row = eventually("its result counts after all", lambda: next(
            (r for r in api.logs(job["id"]) if r["status"] == "SUCCESS"), None))
        self.assertEqual((row["id"], row["attempt"], row["output"]), (log_id, 1, "done\n"))
        self.assertEqual(lines_of(starts), ["1"])

    def test_the_scheduler_is_stopped_while_jobs_run(self):
        self.restart_the_scheduler(signal.SIGTERM)

    def test_the_scheduler_is_killed_while_jobs_run(self):
        self.restart_the_scheduler(signal.SIGKILL)

    def restart_the_scheduler(self, how):
        """One run outlives the outage, one ends in the middle of it."""
        cluster = Cluster(self)
        api, scheduler = cluster.api, cluster.scheduler
        cluster.add_worker("w1")
        runs = {}
        for seconds in (2, 5):
            starts = self.folder / f"starts-{seconds}"
            job = api.shell(f"echo $TAKT_RUN_ID >> {starts}; sleep {seconds}; echo end")
            runs[seconds] = (job, api.trigger(job["id"]), starts)
        for job, log_id, _ in runs.values():
            self.wait_running(api, job["id"], log_id)
        if how == signal.SIGKILL:
            scheduler.kill()
        else:
            scheduler.stop()
        let_pass(2.5)
        scheduler.start().wait_ready()
        for job, log_id, starts in runs.values():
            row = self.wait_run(api, job["id"], log_id, 20)
            self.assertEqual((row["status"], row["attempt"], row["output"]),
                             ("SUCCESS", 1, "end\n"))
            self.assertEqual(lines_of(starts), [log_id], "not started exactly once")


if __name__ == "__main__":
    unittest.main()
