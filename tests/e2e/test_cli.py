"""The command line: jobs by hand, exit codes, and the three ways to set an option."""

import json
import re
import stat
import unittest

from harness import Dev, Program, TaktTest, binary, eventually, free_port, is_free, run_to_end
from rest import NOBODY, UUID, Api, to_ms


def pick_flag(help_text, *names):
    """The first of these flags that the help knows: names are the command line's own business."""
    for name in names:
        if re.search(rf"(?<![\w-])--{name}(?![\w-])", help_text):
            return f"--{name}"
    raise AssertionError(f"none of {names} in:\n{help_text}")


class CliTest(TaktTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.launch_shared(Dev(cls.base)).wait_ready().api
        help_text = run_to_end([binary("takt"), "job", "list", "--help"]).stdout
        flag = pick_flag(help_text, "server", "url", "api", "gateway", "admin", "address")
        cls.to_server = [flag, f"http://{cls.api.address}"]

    def takt(self, *words, code=0):
        done = run_to_end([binary("takt"), *words])
        told = f"takt {' '.join(words)}\nexit {done.returncode}\n{done.stdout}{done.stderr}"
        self.assertEqual(done.returncode, code, told)
        if code == 1:
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, told)
        if code:
            self.assertTrue(done.stderr.strip(), told)
        return done.stdout

    def parsed(self, *words):
        return json.loads(self.takt(*words, *self.to_server, "--json"))

    def add_words(self, **fields):
        help_text = run_to_end([binary("takt"), "job", "add", "--help"]).stdout
        flags = {"name": ("name",), "job_type": ("job-type", "type"),
                 "payload": ("payload",), "cron_spec": ("cron-spec", "cron"),
                 "interval": ("interval",), "timeout": ("timeout",),
                 "retry_times": ("retry-times", "retries")}
        words = ["job", "add"]
        for field, value in fields.items():
            words += [pick_flag(help_text, *flags[field]), str(value)]
        return words


class Jobs(CliTest):
    def add(self, **fields):
        return self.parsed(*self.add_words(job_type="SHELL_COMMAND", **fields))

    def test_add_show_list(self):
        job = self.add(name="by hand", payload="echo hello", timeout=9, retry_times=1)
        self.assertRegex(job["id"], UUID)
        stored = self.api.job(job["id"])
        self.assertEqual((stored["name"], stored["payload"]), ("by hand", "echo hello"))
        self.assertEqual((stored["timeout"], stored["retry_times"]), (9, 1))
        self.assertEqual(self.parsed("job", "show", job["id"]), stored)
        listing = self.parsed("job", "list")
        rows = listing["data"] if isinstance(listing, dict) else listing
        self.assertIn(job["id"], [row["id"] for row in rows])
        for words in (("job", "list"), ("job", "show", job["id"])):
            self.assertIn("by hand", self.takt(*words, *self.to_server))

    def test_cron_and_interval(self):
        self.assertEqual(self.add(name="c", payload="true", cron_spec="0 0 0 1 1 *")["cron_spec"],
                         "0 0 0 1 1 *")
        self.assertEqual(self.add(name="i", payload="true", interval=3600)["interval"], 3600)

    def test_trigger_and_logs(self):
        job = self.add(name="t", payload="echo the output")
        log_id = self.parsed("job", "trigger", job["id"])["log_id"]
        self.wait_run(self.api, job["id"], log_id)
        self.assertIn("the output", self.takt("logs", log_id, *self.to_server))
        row = self.parsed("logs", log_id)
        self.assertEqual((row["id"], row["status"], row["output"]),
                         (log_id, "SUCCESS", "the output\n"))

    def test_pause_resume_rm(self):
        job = self.add(name="p", payload="true", cron_spec="0 0 0 1 1 *")
        self.takt("job", "pause", job["id"], *self.to_server)
        self.assertEqual(self.api.job(job["id"])["status"], "PAUSED")
        self.takt("job", "resume", job["id"], *self.to_server)
        self.assertEqual(self.api.job(job["id"])["status"], "PENDING")
        self.takt("job", "rm", job["id"], *self.to_server)
        self.assertEqual(self.api.get(f"/api/job/{job['id']}").status, 404)

    def test_executors(self):
        [executor] = self.parsed("executors")
        self.assertEqual(executor["status"], "UP")
        self.assertIn(executor["id"], self.takt("executors", *self.to_server))


class Time(CliTest):
    """When, why, and what is to come. The server's own answers are test_time's business."""

    def add(self, *words):
        made = self.parsed("job", "add", "--name", self.id().rsplit(".", 1)[-1],
                           "--type", "SHELL_COMMAND", "--payload", "true", *words)
        self.addCleanup(lambda: self.api.call("DELETE", f"/api/job/{made['id']}"))
        return made

    def table(self, *words):
        return self.takt(*words, *self.to_server)

    def ran(self, job, at_least=1):
        def there():
            rows = self.parsed("ledger", job["id"])["data"]
            found = [r for r in rows if r["outcome"] == "ran" and r["lateness_ms"] is not None]
            return found if len(found) >= at_least else None
        return eventually(f"{at_least} runs of {job['name']}", there, 15)

    def test_every_way_to_say_when(self):
        for words, member, stored, line in (
                (("--cron", "0 9 * * MON-FRI", "--tz", "Asia/Tokyo"), "cron_spec",
                 "0 9 * * MON-FRI", r"0 9 \* \* MON-FRI \(Asia/Tokyo\)"),
                (("--interval-ms", "3600500"), "interval_ms", 3600500, "every 3600500ms"),
                (("--fixed-delay", "1h30m"), "fixed_delay", 5400, "90m after each run"),
                (("--run-at", "2037-01-01T09:00:00+01:00"), "run_at", "2037-01-01T08:00:00.000Z",
                 "once at 2037-01-01 08:00:00 UTC")):
            with self.subTest(words=words):
                job = self.add(*words)
                self.assertEqual(job[member], stored)
                self.assertRegex(self.table("job", "show", job["id"]), f"when: +{line}")
                self.assertRegex(self.table("job", "list", "--page-size", "1000"),
                                 f"{job['id']}.* {line}")
        later = self.add("--run-after", "2h")
        self.assertEqual(to_ms(later["run_at"]), to_ms(later["created_at"]) + 7_200_000)

    def test_the_policies(self):
        job = self.add("--interval", "3600", "--dst", "skip", "--start-at", "2037-01-01T00:00:00Z",
                       "--end-at", "2038-01-01T00:00:00Z", "--max-runs", "3", "--jitter-ms", "500",
                       "--misfire", "all", "--catch-up-window", "10m", "--catch-up-rate", "5",
                       "--overlap", "buffer_one", "--on-excluded", "next_day")
        for member, stored in (("dst", "skip"), ("start_at", "2037-01-01T00:00:00.000Z"),
                               ("end_at", "2038-01-01T00:00:00.000Z"), ("max_runs", 3),
                               ("jitter_ms", 500), ("misfire", "all"), ("catch_up_window", 600),
                               ("catch_up_rate", 5), ("overlap", "buffer_one"),
                               ("on_excluded", "next_day")):
            self.assertEqual(job[member], stored, member)

    def test_what_the_server_refuses_is_1_with_its_sentence(self):
        words = ("job", "add", "--name", "n", "--type", "SHELL_COMMAND", "--interval", "60")
        for more in (("--tz", "Europe/Belin"), ("--overlap", "sometimes"),
                     ("--calendar", "e2e-nowhere")):
            with self.subTest(more=more):
                self.takt(*words, *more, *self.to_server, code=1)

    def test_why_and_ledger(self):
        job = self.add("--interval", "1", "--tz", "Asia/Kathmandu")
        rows = self.ran(job, at_least=2)
        due = rows[0]["due_ms"]
        why = self.parsed("why", job["id"], str(due))
        self.assertEqual(why["at_ms"], due)
        said = self.table("why", job["id"], str(due))
        self.assertEqual(said.count("\n"), 1, said)
        self.assertTrue(said.strip().endswith("."), said)
        for instant in ("now", "09:00", rows[0]["due"], "2026-03-29 02:30"):
            with self.subTest(instant=instant):
                self.assertTrue(self.table("why", job["id"], instant).strip())
        lines = self.table("ledger", job["id"], "--from", job["created_at"]).splitlines()
        self.assertTrue(lines[0].startswith("DUE (Asia/Kathmandu)"), lines)
        self.assertRegex(lines[1], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+05:45  ran ")
        self.assertIn(rows[0]["run_id"], lines[1])

    def test_the_newest_rows_of_a_ledger_are_the_last(self):
        job = self.add("--interval-ms", "200")
        newest = self.ran(job, at_least=8)[-1]["due_ms"]
        since, until = str(to_ms(job["created_at"])), str(newest + 1)
        every = self.parsed("ledger", job["id"], "--from", since, "--to", until)["data"]
        dues = [row["due_ms"] for row in every]
        for n in (1, 2, 3, 5, len(dues)):
            with self.subTest(last=n):
                page = self.parsed("ledger", job["id"], "--from", since, "--to", until,
                                   "--last", str(n))
                self.assertEqual([row["due_ms"] for row in page["data"]], dues[-n:])
                self.assertEqual(page["total"], len(dues))
        text = self.table("ledger", job["id"], "--from", since, "--to", until, "--last", "2")
        self.assertIn(f"the newest 2 of {len(dues)} rows", text)

    def test_forecast_and_simulate(self):
        for _ in range(3):
            self.add("--cron", "0 12 * * *")
        day = ("--from", "2030-06-01T00:00:00Z", "--to", "2030-06-02T00:00:00Z")
        text = self.table("forecast", *day)
        self.assertRegex(text, "2030-06-01 12:00:00 +[0-9]+  \u2588+\n")
        self.assertRegex(text, r"busiest second: 2030-06-01 \d\d:00:00, \d+ fires? \(")
        self.assertLessEqual(len(self.table("forecast", *day, "--step", "1m").splitlines()), 30)
        self.assertEqual(self.parsed("forecast", *day, "--step", "2h")["step_ms"], 7_200_000)
        text = self.table("simulate", "--days", "2", "--slots", "3")
        for part in ("runs: ", "peak queue: ", "lateness: ", "slots:       3, used "):
            self.assertIn(part, text)
        self.assertEqual(self.parsed("simulate", "--slots", "3")["slots"], 3)

    def test_calendars(self):
        ics = self.folder / "days.ics"
        ics.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
                        b"DTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261008\r\n"
                        b"SUMMARY:National Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        self.assertEqual(self.table("calendar", "import", "cli-days", str(ics)),
                         "cli-days: 1 stretch of days\n")
        self.assertIn("cli-days", self.table("calendar", "list"))
        self.assertIn("\n2026-10-01/2026-10-07\n", self.table("calendar", "show", "cli-days"))
        job = self.add("--interval", "3600", "--calendar", "cli-days")
        self.assertEqual(job["calendars"], ["cli-days"])
        self.takt("calendar", "rm", "cli-days", *self.to_server, code=1)  # in use
        self.table("job", "rm", job["id"])
        self.assertEqual(self.table("calendar", "rm", "cli-days"), "removed\n")
        for words in (("show", "cli-days"), ("rm", "cli-days"), ("import", "c", "/no/such.ics")):
            with self.subTest(words=words):
                self.takt("calendar", *words, *self.to_server, code=1)

    def test_blackouts(self):
        words = ("--from", "2037-01-01T00:00:00+01:00", "--to", "2037-01-02T00:00:00Z")
        made = self.table("blackout", "add", "cli-move", *words, "--reason", "a new rack")
        self.assertEqual(made, "cli-move\n")
        self.assertRegex(self.table("blackout", "list"),
                         "cli-move +2036-12-31 23:00:00 +2037-01-02 00:00:00 +a new rack\n")
        [row] = [b for b in self.parsed("blackout", "list") if b["name"] == "cli-move"]
        self.assertEqual(row["reason"], "a new rack")
        self.assertEqual(self.table("blackout", "rm", "cli-move"), "removed\n")
        self.takt("blackout", "rm", "cli-move", *self.to_server, code=1)


class ExitCodes(CliTest):
    def test_a_failure_is_1_with_one_line(self):
        for words in (("job", "show", NOBODY), ("job", "trigger", NOBODY), ("job", "rm", NOBODY),
                      ("job", "pause", NOBODY), ("job", "resume", NOBODY), ("logs", NOBODY),
                      ("why", NOBODY, "now"), ("why", NOBODY, "09:00"), ("ledger", NOBODY)):
            with self.subTest(words=words):
                self.takt(*words, *self.to_server, code=1)
        words = self.add_words(name="n", job_type="NO_SUCH_TYPE", payload="true")
        self.takt(*words, *self.to_server, code=1)

    def test_nobody_there_is_1(self):
        self.takt("job", "list", self.to_server[0], f"http://127.0.0.1:{free_port()}", code=1)

    def test_usage_is_2(self):
        for words in (("nonsense",), ("job",), ("job", "nonsense"), ("job", "show"),
                      ("job", "list", "--no-such-flag"), ("dev", "--no-such-flag"), ("keys",),
                      ("keys", "new"), ("why", NOBODY), ("why", NOBODY, "yesterday"),
                      ("why", NOBODY, "25:00"), ("ledger", NOBODY, "--last", "0"),
                      ("simulate", "--days", "99"), ("forecast", "--from", "09:00"),
                      ("calendar",), ("blackout", "add", "b"),
                      ("job", "add", "--name", "n", "--type", "T", "--cron", "* * * * *",
                       "--run-after", "5s")):
            with self.subTest(words=words):
                self.takt(*words, code=2)
        for program in ("takt-scheduler", "takt-broker", "takt-worker"):
            with self.subTest(program=program):
                self.assertEqual(run_to_end([binary(program), "--no-such-flag"]).returncode, 2)

    def test_help_and_version_are_0(self):
        for program in ("takt", "takt-scheduler", "takt-broker", "takt-worker"):
            for flag in ("--help", "--version"):
                with self.subTest(program=program, flag=flag):
                    done = run_to_end([binary(program), flag])
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertTrue(done.stdout.strip())


class Keys(TaktTest):
    def test_new_keys_are_for_the_owner_only_and_never_overwritten(self):
        folder = self.folder / "keys"
        self.assertEqual(run_to_end([binary("takt"), "keys", "new", str(folder)]).returncode, 0)
        files = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self.assertGreaterEqual(len(files), 2)
        for path in files:
            if path.suffix == ".key":
                self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)
        again = run_to_end([binary("takt"), "keys", "new", str(folder)])
        self.assertEqual(again.returncode, 1, again)
        self.assertEqual({p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}, files)


class Options(TaktTest):
    """One table: flag, environment variable, key of the config file."""

    def check(self, argv, env=None, port=None):
        """Starts takt dev and waits until it answers where it was told to."""
        port = port or free_port()
        argv = [word.format(port=port) for word in argv]
        env = {key: value.format(port=port) for key, value in (env or {}).items()}
        dev = self.launch(Program("dev", [binary("takt"), "dev", *argv], self.folder, env=env))
        api = Api("127.0.0.1", port)
        eventually(f"takt dev is ready on port {port}", lambda: dev.check_running() and
                   api.get("/readyz").status == 200, 15)

    def test_environment(self):
        self.check([], {"TAKT_LISTEN": "127.0.0.1:{port}", "TAKT_DATA": str(self.folder / "here")})
        self.assertTrue((self.folder / "here" / "takt.db").exists())

    def test_config_file(self):
        config, port = self.folder / "takt.toml", free_port()
        config.write_text(f'listen = "127.0.0.1:{port}"\ndata = "{self.folder}/there"\n')
        self.check(["--config", str(config)], port=port)
        self.assertTrue((self.folder / "there" / "takt.db").exists())

    def test_a_flag_wins_over_the_environment(self):
        other = free_port()
        self.check(["--listen", "127.0.0.1:{port}"], {"TAKT_LISTEN": f"127.0.0.1:{other}"})
        self.assertTrue(is_free(other))

    def test_a_config_file_with_an_unknown_key_or_that_is_missing_is_refused(self):
        config = self.folder / "takt.toml"
        config.write_text("no_such_option = 1\n")
        for path in (config, self.folder / "none.toml"):
            with self.subTest(path=path.name):
                done = run_to_end([binary("takt"), "dev", "--config", str(path)], cwd=self.folder)
                self.assertIn(done.returncode, (1, 2), done)
                self.assertTrue(done.stderr.strip())

    def test_defaults_are_the_ones_in_the_readme(self):
        if not is_free(8080):
            self.skipTest("port 8080 is in use")
        self.check([], port=8080)
        self.assertTrue((self.folder / "takt-data" / "takt.db").exists())


if __name__ == "__main__":
    unittest.main()
