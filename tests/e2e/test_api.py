"""The REST contract: paths, codes and shapes. On takt dev."""

import re
import unittest

from rest_case import ApiTest
from harness import eventually, is_alive, let_pass, lines_of
from rest import (DECIDED_AGAINST, SEED_JOB_FIELDS, SEED_LOG_FIELDS, UUID, instants, planned,
                  to_ms)


class Jobs(ApiTest):
    def test_create_answers_201_with_every_field_of_the_seed(self):
        job = self.api.shell("echo hi", name="n", description="d", retry_times=2, timeout=7)
        for field, kind in SEED_JOB_FIELDS.items():
            self.assertIs(type(job.get(field)), kind, f"{field} of {job}")
        self.assertRegex(job["id"], UUID)
        self.assertEqual((job["cron_spec"], job["interval"], job["executor_id"]), ("", 0, ""))
        self.assertEqual((job["name"], job["description"], job["payload"]), ("n", "d", "echo hi"))
        self.assertEqual((job["timeout"], job["retry_times"], job["status"]), (7, 2, "PENDING"))
        self.assertEqual(job["created_at"], job["updated_at"])
        self.assertEqual(self.api.job(job["id"]), job)

    def test_what_create_leaves_out_gets_the_seeds_defaults(self):
        job = self.api.expect(201, "POST", "/api/job", {"name": "n", "job_type": "SHELL_COMMAND",
                                                        "payload": "true"})
        self.assertEqual((job["timeout"], job["retry_times"], job["interval"]), (60, 0, 0))
        self.assertEqual((job["cron_spec"], job["executor_id"], job["description"]), ("", "", ""))

    def test_put_replaces_the_definition(self):
        job = self.api.shell("echo a", cron_spec="0 0 0 1 1 *")
        changed = {**self.stored(job), "name": "new", "payload": "echo b", "cron_spec": "",
                   "interval": 3600, "retry_times": 1}
        after = self.api.expect(200, "PUT", f"/api/job/{job['id']}", changed)
        self.assertEqual(self.stored(after), changed)
        self.assertEqual((after["id"], after["created_at"]), (job["id"], job["created_at"]))
        self.assertGreaterEqual(to_ms(after["updated_at"]), to_ms(job["updated_at"]))
        if "version" in job:
            self.assertEqual(after["version"], job["version"] + 1)
        self.assertEqual(self.api.job(job["id"]), after)
        self.assertEqual(self.run_once(self.api, job)["output"].strip(), "b")

    def test_put_moves_the_next_fires_to_the_new_schedule(self):
        job = self.api.shell("true", cron_spec="0 0 0 1 1 *")
        self.api.expect(200, "PUT", f"/api/job/{job['id']}",
                        {**self.stored(job), "cron_spec": "* * * * * *"})
        eventually("it fires each second now", lambda: len(planned(self.api.logs(job["id"]))) >= 2)
        self.api.expect(200, "PUT", f"/api/job/{job['id']}",
                        {**self.stored(job), "cron_spec": ""})
        rows = self.wait_settled(self.api, job["id"])
        let_pass(2.2)
        self.assertEqual(len(self.api.logs(job["id"])), len(rows), "manual only, yet it fired")

    def test_an_interval_keeps_its_grid_until_it_changes(self):
        job = self.api.shell("true", interval=2)
        start, path = to_ms(job["created_at"]), f"/api/job/{job['id']}"
        eventually("two intervals", lambda: len(planned(self.api.logs(job["id"]))) >= 2)
        self.api.expect(200, "PUT", path, {**self.stored(job), "name": "renamed"})
        eventually("two more", lambda: len(planned(self.api.logs(job["id"]))) >= 4)
        found = instants(self.api.logs(job["id"]), 2000)
        self.assertEqual(found, [start + 2000 * (n + 1) for n in range(len(found))])
        after = self.api.expect(200, "PUT", path, {**self.stored(job), "interval": 1})
        anchor = to_ms(after["updated_at"])

        def on_new_grid():
            return [r for r in planned(self.api.logs(job["id"])) if to_ms(r["due"]) > anchor][1:]
        for row in eventually("the new grid", on_new_grid):
            self.assertEqual((to_ms(row["due"]) - anchor) % 1000, 0, row)

    def test_delete_answers_204_and_the_job_is_gone(self):
        job = self.api.shell("true")
        answer = self.api.delete(f"/api/job/{job['id']}")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assert_error(self.api.get(f"/api/job/{job['id']}"), 404)
        self.assert_error(self.api.delete(f"/api/job/{job['id']}"), 404)
        self.assert_error(self.api.post(f"/api/job/{job['id']}/trigger"), 404)
        self.assertNotIn(job["id"], [j["id"] for j in self.api.jobs()])

    def test_delete_cancels_what_runs_and_keeps_the_ledger(self):
        pid_file = self.folder / "pid"
        job = self.api.shell(f"echo before; echo $$ > {pid_file}; sleep 60", timeout=90)
        log_id = self.api.trigger(job["id"])
        waiting = self.api.trigger(job["id"])
        self.wait_running(self.api, job["id"], log_id)
        pid = int(eventually("the command wrote its pid", lambda: lines_of(pid_file))[0])
        self.assertEqual(self.api.delete(f"/api/job/{job['id']}").status, 204)
        self.assertEqual(self.wait_run(self.api, job["id"], log_id)["status"], "CANCELED")
        self.assertEqual(self.wait_run(self.api, job["id"], waiting)["status"], "CANCELED")
        eventually("the command's process is gone", lambda: not is_alive(pid))
        self.assertEqual(len(self.api.logs(job["id"])), 2)

    def test_list_pages_and_counts(self):
        before = self.api.get("/api/jobs").json["total"]
        made = [self.api.shell("true", name=f"page {n}")["id"] for n in range(12)]
        first = self.api.get("/api/jobs").json
        self.assertEqual(set(first), {"data", "total"})
        self.assertEqual((len(first["data"]), first["total"]), (10, before + 12))
        seen, page = [], 1
        while rows := self.api.get(f"/api/jobs?page={page}&pageSize=5").json["data"]:
            self.assertLessEqual(len(rows), 5)
            seen += [row["id"] for row in rows]
            page += 1
        self.assertEqual((len(seen), len(set(seen))), (before + 12, before + 12))
        self.assertLessEqual(set(made), set(seen))

    def test_odd_pages_are_answered_and_never_fail(self):
        for query in ("page=0", "page=-1", "page=x", "pageSize=0", "pageSize=-5", "pageSize=99999",
                      "page=99999999999999999999", "page", "nonsense=1", "page=%31"):
            with self.subTest(query=query):
                answer = self.api.get(f"/api/jobs?{query}")
                self.assertIn(answer.status, (200, 400), answer)
                if answer.status == 400:
                    self.assert_error(answer, 400)

    def test_pause_and_resume_say_the_seeds_words(self):
        job = self.api.shell("true", cron_spec="* * * * * *")
        path = f"/api/job/{job['id']}"
        eventually("it fires", lambda: planned(self.api.logs(job["id"])))
        paused = self.api.post(f"{path}/pause")
        self.assertEqual((paused.status, paused.json),
                         (200, {"message": "Job paused successfully."}))
        self.assertEqual(self.api.job(job["id"])["status"], "PAUSED")
        self.assertEqual(self.api.post(f"{path}/pause").status, 200, "pausing twice is no error")

        def fired():
            return [r for r in planned(self.wait_settled(self.api, job["id"]))
                    if r["status"] not in DECIDED_AGAINST]
        before = len(fired())
        let_pass(2.5)
        self.assertEqual(len(fired()), before, "a paused job fired")
        resumed = self.api.post(f"{path}/resume")
        self.assertEqual((resumed.status, resumed.json),
                         (200, {"message": "Job resumed successfully."}))
        self.assertEqual(self.api.job(job["id"])["status"], "PENDING")
        eventually("it fires again", lambda: len(fired()) > before)

    def test_a_paused_job_still_answers_a_trigger_clearly(self):
        job = self.api.shell("echo by hand", cron_spec="0 0 0 1 1 *")
        self.api.pause(job["id"])
        answer = self.api.post(f"/api/job/{job['id']}/trigger")
        if answer.status == 200:
            row = self.wait_run(self.api, job["id"], answer.json["log_id"])
            self.assertEqual((row["status"], row["output"].strip()), ("SUCCESS", "by hand"))
        else:
            self.assert_error(answer, 409, "pause")
        self.assertEqual(self.api.job(job["id"])["status"], "PAUSED")


class Runs(ApiTest):
    def test_trigger_answers_with_a_log_id_that_ends_in_success(self):
        job = self.api.shell("echo hello")
        answer = self.api.post(f"/api/job/{job['id']}/trigger")
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json), {"message", "log_id"})
        self.assertEqual(answer.json["message"], "Job manually triggered.")
        row = self.wait_run(self.api, job["id"], answer.json["log_id"])
        for field, kind in SEED_LOG_FIELDS.items():
            self.assertIs(type(row.get(field)), kind, f"{field} of {row}")
        self.assertEqual((row["job_id"], row["status"], row["error"]), (job["id"], "SUCCESS", ""))
        self.assertEqual(row["output"], "hello\n")
        self.assertIn(row["executor_id"], self.api.executors_up())
        took = to_ms(row["end_time"]) - to_ms(row["start_time"])
        self.assertTrue(0 <= took < 10_000, row)
        self.assertLessEqual(abs(row["duration"] - took), 1)

    def test_logs_are_newest_first_and_paged(self):
        job = self.api.shell("true")
        ids = [self.api.trigger(job["id"]) for _ in range(5)]
        self.assertEqual(len(set(ids)), 5)
        self.wait_settled(self.api, job["id"])
        path = f"/api/job/logs/{job['id']}"
        whole = self.api.get(path).json
        self.assertEqual(set(whole), {"data", "total"})
        self.assertEqual(whole["total"], 5)
        times = [to_ms(r["created_at"]) for r in whole["data"]]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertEqual({r["status"] for r in whole["data"]}, {"SUCCESS"})
        parts = [self.api.get(f"{path}?page={p}&pageSize=2").json for p in (1, 2, 3, 4)]
        self.assertEqual([len(p["data"]) for p in parts], [2, 2, 1, 0])
        self.assertEqual({p["total"] for p in parts}, {5})
        self.assertEqual([r["id"] for p in parts for r in p["data"]],
                         [r["id"] for r in whole["data"]])

    def test_five_field_cron_fires_on_the_minute_only(self):
        job = self.api.shell("true", cron_spec="* * * * *")
        let_pass(2.5)
        for row in planned(self.api.logs(job["id"])):  # a minute may begin just now
            self.assertEqual(to_ms(row["due"]) % 60_000, 0, row)


class Around(ApiTest):
    def test_executors_is_an_array_with_the_seeds_fields(self):
        executors = self.api.executors()
        self.assertIsInstance(executors, list)
        self.assertEqual(len(executors), 1)
        for field in ("id", "address", "heartbeat", "status", "created_at", "updated_at"):
            self.assertIsInstance(executors[0].get(field), str, field)
        self.assertEqual(executors[0]["status"], "UP")

    def test_an_executor_that_is_not_there_cannot_be_deleted(self):
        self.assert_error(self.api.delete("/api/executor/nobody"), 404)

    def test_healthz_and_readyz(self):
        self.assertEqual(self.api.get("/healthz").status, 200)
        self.assertEqual(self.api.get("/readyz").status, 200)

    def test_metrics_speak_prometheus(self):
        self.run_once(self.api, self.api.shell("true"))
        job = self.api.shell("true", cron_spec="* * * * * *")
        eventually("a planned run", lambda: planned(self.api.logs(job["id"])))
        self.api.pause(job["id"])
        self.wait_settled(self.api, job["id"])
        samples = eventually("lateness is counted", lambda: self.lateness() and self.api.metrics())
        states = {labels["state"].upper(): value for name, labels, value in samples
                  if "run" in name and "state" in labels}
        self.assertGreaterEqual(states.get("SUCCESS", 0), 2, states)
        names = {name for name, _, _ in samples}
        self.assertTrue([n for n in names if re.search("queue|ready|pending", n)], names)
        up = [value for name, _, value in samples if "executor" in name]
        self.assertIn(1, up, names)

    def lateness(self):
        """The histogram's count; its buckets are cumulative and end with +Inf."""
        samples = [s for s in self.api.metrics() if "late" in s[0]]
        counts = [value for name, _, value in samples if name.endswith("_count")]
        if not counts:
            return 0
        series = [(float(labels["le"]), value) for name, labels, value in samples
                  if name.endswith("_bucket")]
        self.assertEqual(len(counts), 1, "one lateness histogram")
        self.assertEqual([v for _, v in series], sorted(v for _, v in series))
        self.assertEqual(series[-1], (float("inf"), counts[0]))
        return counts[0]


if __name__ == "__main__":
    unittest.main()
