"""When jobs run, and the account of when they did not: schedules, overlap, misfire, calendars,
blackouts, the ledger, why, and looking ahead, on a real takt dev."""

from datetime import datetime, timedelta, timezone

from harness import Dev, TaktTest, eventually, let_pass, wall_ms
from rest import NOBODY, to_ms
from rest_case import ApiTest


def rfc3339(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat().replace("+00:00", "Z")


class TimeTest(ApiTest):
    def make(self, **fields):
        job = {"name": self.id().rsplit(".", 1)[-1], "job_type": "SHELL_COMMAND", "payload": "true"}
        job.update(fields)
        answer = self.api.post("/api/job", job)
        self.assertEqual(answer.status, 201, answer)
        self.addCleanup(lambda: self.api.call("DELETE", f"/api/job/{answer.json['id']}"))
        return answer.json

    def ledger(self, job, since=None, until=None):
        since = to_ms(job["created_at"]) if since is None else since
        until = max(wall_ms(), since + 1) if until is None else until
        answer = self.api.get(
            f"/api/job/{job['id']}/ledger?from={since}&to={until}&page=1&pageSize=10000")
        self.assertEqual(answer.status, 200, answer)
        rows = answer.json["data"]
        self.assertEqual(answer.json["total"], len(rows), answer)
        dues = [r["due_ms"] for r in rows]
        self.assertEqual(dues, sorted(set(dues)), "oldest first, each once")
        return rows

    def rows_with(self, job, outcome, reason=None, at_least=1, within=15):
        def there():
            found = [r for r in self.ledger(job) if r["outcome"] == outcome
                     and (reason is None or r["reason"] == reason)]
            return found if sum(r["count"] for r in found) >= at_least else None
        return eventually(f"{at_least} rows {outcome} {reason}", there, within)

    def why(self, job, at):
        answer = self.api.get(f"/api/job/{job['id']}/why?at={at}")
        self.assertEqual(answer.status, 200, answer)
        said = answer.json["why"]
        self.assertTrue(said.endswith("."), said)
        return said


class LedgerTest(TimeTest):
    def test_every_second_is_one_row_and_the_ones_to_come_are_planned(self):
        job = self.make(interval=1)
        self.rows_with(job, "ran", at_least=4)
        now = wall_ms()
        rows = self.ledger(job, until=now + 5000)
        first = to_ms(job["created_at"]) + 1000
        self.assertEqual([r["due_ms"] for r in rows],
                         list(range(first, first + 1000 * len(rows), 1000)))
        self.assertEqual({r["outcome"] for r in rows}, {"ran", "planned"})
        for row in rows:
            self.assertEqual(row["count"], 1)
            self.assertEqual(row["run_id"] is not None, row["outcome"] == "ran", row)
        done = [r for r in rows if r["lateness_ms"] is not None]
        self.assertTrue(done)
        self.assertTrue(all(0 <= r["lateness_ms"] < 5000 for r in done), done)

    def test_pages_and_bounds(self):
        job = self.make(interval=1)
        self.rows_with(job, "ran", at_least=3)
        path = f"/api/job/{job['id']}/ledger"
        since = rfc3339(to_ms(job["created_at"]))
        page = self.api.get(f"{path}?from={since}&to={wall_ms()}&page=2&pageSize=1").json
        self.assertEqual(len(page["data"]), 1)
        self.assertGreaterEqual(page["total"], 3)
        self.assert_error(self.api.get(f"{path}?from=5&to=4"), 400, "from")
        self.assert_error(self.api.get(f"{path}?from=yesterday"), 400, "from")
        self.assert_error(self.api.get(f"/api/job/{NOBODY}/ledger"), 404, "job not found")

    def test_why_says_one_true_sentence(self):
        job = self.make(interval=1)
        ran = self.rows_with(job, "ran", at_least=2)[0]
        self.assertRegex(self.why(job, ran["due_ms"]), r"(?i)ran|running|waits")
        self.assertRegex(self.why(job, ran["due_ms"] + 500), r"(?i)not .*(due|planned)|nothing")
        self.assertRegex(self.why(job, rfc3339(ran["due_ms"] - 3_600_000)), r"(?i)creat|exist")
        self.assert_error(self.api.get(f"/api/job/{job['id']}/why"), 400, "at")


class PolicyTest(TimeTest):
    def test_overlap_skip_leaves_out_what_comes_too_soon(self):
        job = self.make(interval=1, payload="sleep 3", overlap="skip")
        skipped = self.rows_with(job, "skipped", "overlap", at_least=2)
        self.assertRegex(self.why(job, skipped[0]["due_ms"]), r"(?i)skipped.*unfinished|overlap")
        metrics = self.api.get("/metrics").text
        self.assertRegex(metrics, r'takt_ledger_total\{reason="overlap"\} [1-9]')

    def test_overlap_allow_runs_side_by_side(self):
        job = self.make(interval=1, payload="sleep 4", overlap="allow")
        def both():
            runs = self.api.get(f"/api/job/logs/{job['id']}?page=1&pageSize=100").json["data"]
            return sum(r["status"] == "RUNNING" for r in runs) >= 2
        eventually("two runs at once", both, 15)

    def test_overlap_cancel_running_covers_the_earlier_run(self):
        job = self.make(interval=2, payload="sleep 30", overlap="cancel_running", timeout=60)
        def covered():
            runs = self.api.get(f"/api/job/logs/{job['id']}?page=1&pageSize=100").json["data"]
            return any(r["status"] == "CANCELED" for r in runs) and any(
                r["status"] == "RUNNING" for r in runs)
        eventually("one canceled, one running", covered, 20)

    def test_a_pause_is_one_skipped_row(self):
        job = self.make(interval=1)
        self.rows_with(job, "ran", at_least=2)
        self.assertEqual(self.api.post(f"/api/job/{job['id']}/pause").status, 200)
        self.assertIsNone(self.api.get(f"/api/job/{job['id']}").json["next_due"])
        self.rows_with(job, "skipped", "paused", at_least=2)
        self.assertEqual(self.api.post(f"/api/job/{job['id']}/resume").status, 200)
        resumed = wall_ms()
        eventually("it runs again",
                   lambda: [r for r in self.ledger(job) if r["due_ms"] > resumed
                            and r["outcome"] == "ran"])
        rows = self.ledger(job)
        for before, row in zip(rows, rows[1:]):
            self.assertEqual(row["due_ms"], before["due_ms"] + 1000 * before["count"], rows)

    def test_max_runs_and_end_at_end_a_schedule(self):
        thrice = self.make(interval_ms=300, max_runs=3)
        ends = self.make(interval=1, end_at=rfc3339(wall_ms() + 2600))
        self.rows_with(thrice, "ran", at_least=3)
        self.rows_with(ends, "ran", at_least=2)
        def over():
            return all(self.api.get(f"/api/job/{j['id']}").json["next_due"] is None
                       for j in (thrice, ends))
        eventually("no due is left", over)
        self.assertEqual(len(self.ledger(thrice, until=wall_ms() + 60_000)), 3)

    def test_once_at_an_instant_and_once_after_a_while(self):
        at = wall_ms() + 1500
        once = self.make(run_at=rfc3339(at))
        later = self.make(run_after="1s")
        self.assertEqual([r["due_ms"] for r in self.rows_with(once, "ran")], [at])
        row = self.rows_with(later, "ran")[0]
        self.assertEqual(row["due_ms"], to_ms(later["created_at"]) + 1000)
        bad = {"name": "x", "job_type": "SHELL_COMMAND", "run_at": "2020-01-01T00:00:00Z"}
        self.assert_error(self.api.post("/api/job", bad), 400, "run_at", "past")

    def test_a_fixed_delay_counts_from_the_end(self):
        job = self.make(fixed_delay="1s", payload="sleep 1")
        rows = self.rows_with(job, "ran", at_least=3, within=25)
        gaps = [b["due_ms"] - a["due_ms"] for a, b in zip(rows, rows[1:])]
        self.assertTrue(all(gap >= 2000 for gap in gaps), gaps)

    def test_jitter_delays_by_the_same_and_never_past_the_next(self):
        job = self.make(interval=1, jitter_ms=700)
        rows = [r for r in self.rows_with(job, "ran", at_least=4)]
        started = [r["lateness_ms"] for r in rows if r["lateness_ms"] is not None]
        self.assertGreater(max(started) - min(started), 0)

    def test_windows_and_calendar_intervals_are_previewed(self):
        window = {"daily_window": {"from": "09:30", "to": "09:40", "every": "5m"},
                  "time_zone": "Asia/Shanghai", "from": "2026-03-01T00:00:00Z", "count": 4}
        answer = self.api.post("/api/schedule/preview", window)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([d["due"] for d in answer.json["data"]], [
            "2026-03-01T09:30:00+08:00", "2026-03-01T09:35:00+08:00",
            "2026-03-01T09:40:00+08:00", "2026-03-02T09:30:00+08:00"])
        months = {"calendar_interval": {"every": 3, "unit": "months",
                                        "start_at": "2026-01-31T08:00:00Z"},
                  "from": "2026-01-01T00:00:00Z", "count": 3}
        answer = self.api.post("/api/schedule/preview", months)
        self.assertEqual([d["due"][:10] for d in answer.json["data"]],
                         ["2026-01-31", "2026-04-30", "2026-07-31"])
        gap = {"cron_spec": "30 2 * * *", "time_zone": "Europe/Berlin",
               "from": "2026-03-28T12:00:00Z", "count": 1}
        answer = self.api.post("/api/schedule/preview", gap)
        self.assertEqual(answer.json["data"][0]["due"], "2026-03-29T03:00:00+02:00")

    def test_bad_schedules_are_refused_by_name(self):
        for fields, said in (
                ({"cron_spec": "0 0 30 2 *"}, "never"),
                ({"cron_spec": "0 22-2 * * *"}, "22-23,0-2"),
                ({"cron_spec": "0 0 * * *", "time_zone": "Europe/Belin"}, "Europe/Berlin"),
                ({"interval": 60, "start_at": "2026-01-01T00:00:00"}, "start_at"),
                ({"interval": 60, "end_at": "2026-02-30T00:00:00Z"}, "end_at"),
                ({"interval_ms": 5}, "interval_ms"),
                ({"interval": 60, "overlap": "sometimes"}, "overlap"),
                ({"interval": 60, "calendars": ["nowhere"]}, "nowhere"),
                ({"interval": 60, "catch_up_window": "soon"}, "catch_up_window")):
            job = {"name": "bad", "job_type": "SHELL_COMMAND", "payload": "true", **fields}
            with self.subTest(fields=fields):
                self.assert_error(self.api.post("/api/job", job), 400, said)


class AlmanacTest(TimeTest):
    def test_a_day_that_a_calendar_excludes_is_skipped(self):
        today = datetime.now(timezone.utc).date()
        days = [str(today - timedelta(days=1)), f"{today}/{today + timedelta(days=1)}"]
        made = self.api.post("/api/calendars", {"name": "e2e-days", "dates": days})
        self.assertEqual(made.status, 201, made)
        job = self.make(interval=1, calendars=["e2e-days"])
        skipped = self.rows_with(job, "skipped", "calendar", at_least=2)
        self.assertRegex(self.why(job, skipped[0]["due_ms"]), "e2e-days")
        self.assert_error(self.api.call("DELETE", "/api/calendars/e2e-days"), 409)
        emptied = self.api.call("PUT", "/api/calendars/e2e-days",
                                {"name": "e2e-days", "dates": ["2020-01-01"]})
        self.assertEqual(emptied.status, 200, emptied)
        self.rows_with(job, "ran", at_least=2)
        self.assertEqual(self.api.call("DELETE", f"/api/job/{job['id']}").status, 204)
        self.assertEqual(self.api.call("DELETE", "/api/calendars/e2e-days").status, 204)

    def test_holidays_come_as_an_ics_file(self):
        ics = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261001\r\n"
               "DTEND;VALUE=DATE:20261008\r\nSUMMARY:National Day\r\nEND:VEVENT\r\n"
               "END:VCALENDAR\r\n").encode()
        self.api.post("/api/calendars", {"name": "e2e-ics"})
        self.addCleanup(lambda: self.api.call("DELETE", "/api/calendars/e2e-ics"))
        got = self.api.call("POST", "/api/calendars/e2e-ics/import", ics,
                            {"Content-Type": "text/calendar"})
        self.assertEqual(got.status, 200, got)
        self.assertEqual(self.api.get("/api/calendars/e2e-ics").json["dates"],
                         ["2026-10-01/2026-10-07"])
        moved = {"cron_spec": "0 9 * * *", "calendars": ["e2e-ics"], "on_excluded": "next_day",
                 "from": "2026-09-30T12:00:00Z", "count": 1}
        answer = self.api.post("/api/schedule/preview", moved)
        self.assertEqual(answer.json["data"][0]["due"], "2026-10-08T09:00:00+00:00")
        self.assert_error(self.api.call("POST", "/api/calendars/e2e-ics/import", b"nonsense"), 400)

    def test_nothing_fires_in_a_blackout(self):
        job = self.make(interval=1)
        self.rows_with(job, "ran")
        now = wall_ms()
        made = self.api.post("/api/blackouts", {"name": "e2e-rack", "from": rfc3339(now),
                                                "to": rfc3339(now + 600_000),
                                                "reason": "moving to the new rack"})
        self.assertEqual(made.status, 201, made)
        skipped = self.rows_with(job, "skipped", "blackout", at_least=2)
        self.assertRegex(self.why(job, skipped[0]["due_ms"]), "moving to the new rack")
        self.assertEqual(self.api.call("DELETE", "/api/blackouts/e2e-rack").status, 204)
        after = wall_ms()
        eventually("it runs again",
                   lambda: [r for r in self.ledger(job) if r["due_ms"] > after
                            and r["outcome"] == "ran"])


class AheadTest(TimeTest):
    def test_a_forecast_counts_and_names_the_herd(self):
        jobs = [self.make(name=f"herd-{n}", cron_spec="0 12 * * *") for n in range(30)]
        day = "from=2030-06-01T00:00:00Z&to=2030-06-02T00:00:00Z"
        report = self.api.get(f"/api/forecast?{day}&step=1h").json
        self.assertEqual(len(report["data"]), 24)
        self.assertGreaterEqual(report["data"][12]["count"], 30)
        self.assertEqual(report["total"], sum(s["count"] for s in report["data"]))
        herd = report["herd"]
        self.assertEqual(herd["at"], "2030-06-01T12:00:00.000Z")
        self.assertGreaterEqual(herd["count"], 30)
        self.assertGreater(herd["suggested_jitter_ms"], 0)
        self.assertTrue(jobs)

    def test_a_week_is_simulated(self):
        self.make(interval=3600)
        report = self.api.get("/api/simulate?days=7&slots=8")
        self.assertEqual(report.status, 200, report)
        self.assertGreaterEqual(report.json["runs"], 160)
        for name in ("peak_queue", "lateness_p99_ms", "overlapping"):
            self.assertIn(name, report.json)


class OutageTest(TaktTest):
    """What nobody could fire in time."""

    def rows(self, api, job):
        return api.get(f"/api/job/{job['id']}/ledger?from={to_ms(job['created_at'])}"
                       f"&to={wall_ms() + 1}&page=1&pageSize=10000").json["data"]

    def make(self, api, **fields):
        job = {"name": "outage", "job_type": "SHELL_COMMAND", "payload": "true", "interval": 1}
        answer = api.post("/api/job", {**job, **fields})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def settled(self, api, job, reason):
        """All dues of the outage have rows; those, after checking that no due has none or two."""
        def there():
            rows = self.rows(api, job)
            return rows if any(r["reason"] == reason for r in rows) and \
                rows[-1]["outcome"] == "ran" else None
        rows = eventually(f"missed for {reason}", there, 20)
        for before, row in zip(rows, rows[1:]):
            self.assertEqual(row["due_ms"], before["due_ms"] + 1000 * before["count"], rows)
        return rows

    def test_a_killed_scheduler_leaves_missed_rows_by_policy(self):
        dev = self.launch(Dev(self.folder)).wait_ready()
        api = dev.api
        last = self.make(api, misfire="last")
        none = self.make(api, misfire="skip")
        every = self.make(api, misfire="all", catch_up_rate=5)
        eventually("all have run", lambda: all(
            any(r["outcome"] == "ran" for r in self.rows(api, j)) for j in (last, none, every)))
        dev.kill()
        down = wall_ms()
        let_pass(5)
        dev.start()
        api = dev.wait_ready().api
        missed = [r for r in self.settled(api, last, "no_scheduler") if r["outcome"] == "missed"]
        self.assertLessEqual(len(missed), 2, "consecutive ones share a row")
        self.settled(api, none, "no_scheduler")
        def caught_up():
            rows = self.rows(api, every)
            return rows if rows[-1]["due_ms"] > down + 6000 else None
        rows = eventually("caught up", caught_up, 20)
        self.assertEqual({r["outcome"] for r in rows} - {"planned"}, {"ran"}, rows)

    def test_a_stopped_process_says_so(self):
        dev = self.launch(Dev(self.folder)).wait_ready()
        job = self.make(dev.api)
        eventually("it has run", lambda: any(
            r["outcome"] == "ran" for r in self.rows(dev.api, job)))
        dev.freeze()
        let_pass(5)
        dev.thaw()
        self.settled(dev.api, job, "process_paused")
        self.assertRegex(dev.api.get("/metrics").text, r"takt_process_pauses_total [1-9]")


if __name__ == "__main__":
    import unittest
    unittest.main()
