"""The command line: jobs by hand, exit codes, and the three ways to set an option."""

import json
import re
import stat
import unittest

from harness import Dev, Program, TaktTest, binary, eventually, free_port, is_free, run_to_end
from rest import NOBODY, UUID, Api


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


class ExitCodes(CliTest):
    def test_a_failure_is_1_with_one_line(self):
        for words in (("job", "show", NOBODY), ("job", "trigger", NOBODY), ("job", "rm", NOBODY),
                      ("job", "pause", NOBODY), ("job", "resume", NOBODY), ("logs", NOBODY)):
            with self.subTest(words=words):
                self.takt(*words, *self.to_server, code=1)
        words = self.add_words(name="n", job_type="NO_SUCH_TYPE", payload="true")
        self.takt(*words, *self.to_server, code=1)

    def test_nobody_there_is_1(self):
        self.takt("job", "list", self.to_server[0], f"http://127.0.0.1:{free_port()}", code=1)

    def test_usage_is_2(self):
        for words in (("nonsense",), ("job",), ("job", "nonsense"), ("job", "show"),
                      ("job", "list", "--no-such-flag"), ("dev", "--no-such-flag"), ("keys",),
                      ("keys", "new")):
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
