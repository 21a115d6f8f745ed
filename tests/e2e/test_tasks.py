"""What a task is told, and how it ends: shell, HTTP and the sample native task. On takt dev."""

import json
import re
import unittest

from harness import Dev, TaktTest, eventually, is_alive, lines_of
from rest import UUID, planned, to_ms
from standins import Http

DUE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


class TaskTest(TaktTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.launch_shared(Dev(cls.base)).wait_ready().api

    def run_shell(self, command, within=20, **fields):
        return self.run_once(self.api, self.api.shell(command, **fields), within)

    def wait_pid(self, path):
        return int(eventually("the command wrote a pid", lambda: lines_of(path))[0])

    def assert_gone(self, pid):
        eventually(f"process {pid} is gone", lambda: not is_alive(pid), 6)


class Shell(TaskTest):
    def test_the_environment_says_which_run_this_is(self):
        command = 'echo "$TAKT_JOB_ID $TAKT_RUN_ID $TAKT_ATTEMPT $TAKT_DUE"'
        job = self.api.shell(command, cron_spec="* * * * * *")
        eventually("it fires", lambda: len(planned(self.api.logs(job["id"]))) >= 2)
        self.api.pause(job["id"])
        log_id = self.api.trigger(job["id"])
        self.wait_run(self.api, job["id"], log_id)
        for row in self.wait_settled(self.api, job["id"]):
            self.assertEqual(row["status"], "SUCCESS", row)
            job_id, run_id, attempt, due = row["output"].split()
            self.assertEqual((job_id, run_id, attempt), (job["id"], row["id"], "1"))
            self.assertRegex(run_id, UUID)
            self.assertRegex(due, DUE)
            self.assertEqual(to_ms(due), to_ms(row["due"]))
            if row["kind"].lower() == "planned":
                self.assertEqual(to_ms(due) % 1000, 0)

    def test_it_is_bash(self):
        row = self.run_shell("a=(1 2 3); [[ ${#a[@]} == 3 ]] && echo ${BASH_VERSION:+bash}")
        self.assertEqual((row["status"], row["output"]), ("SUCCESS", "bash\n"))

    def test_stderr_is_kept_too(self):
        row = self.run_shell("echo out; echo err >&2; exit 3")
        self.assertEqual(row["status"], "FAILED")
        self.assertIn("out", row["output"])
        self.assertIn("err", row["output"] + row["error"])
        self.assertIn("3", row["error"], "the exit code")
        self.assertEqual(row["attempt"], 1)

    def test_a_command_killed_by_a_signal_failed(self):
        row = self.run_shell("kill -SEGV $$")
        self.assertEqual(row["status"], "FAILED")
        self.assertTrue(row["error"], row)

    def test_nothing_on_stdin(self):
        self.assertEqual(self.run_shell("cat; echo end")["output"], "end\n")

    def test_retry_times_is_how_often_it_is_tried_again(self):
        tries = self.folder / "tries"
        row = self.run_shell(f"echo $TAKT_ATTEMPT >> {tries}; exit 1", retry_times=2)
        self.assertEqual((row["status"], row["attempt"]), ("FAILED", 3))
        self.assertEqual(lines_of(tries), ["1", "2", "3"])

    def test_a_retry_that_works_ends_the_run(self):
        tries = self.folder / "tries"
        command = f"echo try >> {tries}; [ $TAKT_ATTEMPT -ge 2 ] && echo done"
        row = self.run_shell(command, retry_times=5)
        self.assertEqual((row["status"], row["output"], row["attempt"]), ("SUCCESS", "done\n", 2))
        self.assertEqual(len(lines_of(tries)), 2)

    def test_a_timeout_ends_the_whole_group(self):
        pids = self.folder / "pids"
        command = f"sleep 300 & echo $! > {pids}; echo begun; wait"
        row = self.run_shell(command, timeout=1)
        self.assertEqual(row["status"], "TIMEOUT", row)
        self.assertEqual(row["output"], "begun\n")
        self.assertTrue(row["error"], row)
        self.assertGreaterEqual(row["duration"], 1000)
        self.assert_gone(self.wait_pid(pids))

    def test_a_timeout_ends_those_who_ignore_sigterm(self):
        pids = self.folder / "pids"
        command = f"trap '' TERM; (sleep 300) & echo $! > {pids}; sleep 300; sleep 300"
        row = self.run_shell(command, timeout=1)
        self.assertEqual(row["status"], "TIMEOUT", row)
        self.assert_gone(self.wait_pid(pids))

    def test_a_timeout_is_tried_again_too(self):
        command = "[ $TAKT_ATTEMPT = 1 ] && sleep 60; echo second"
        row = self.run_shell(command, timeout=1, retry_times=1)
        self.assertEqual((row["status"], row["output"], row["attempt"]), ("SUCCESS", "second\n", 2))


class Output(TaskTest):
    def test_much_of_it_is_cut_in_the_middle_with_a_marker(self):
        output = self.run_shell("seq 1 200000")["output"]
        self.assertLess(len(output), 32 << 10)
        self.assertTrue(output.startswith("1\n2\n3\n"))
        self.assertTrue(output.endswith("199999\n200000\n"))
        self.assertTrue([line for line in output.splitlines() if line and not line.isdigit()],
                        "no line says that something was cut")

    def test_bytes_that_are_no_utf8_still_give_valid_json(self):
        job = self.api.shell(r"printf 'a\xff\xfe\xc3b\0c\x1b[0m\xf0\x9f'")
        self.run_once(self.api, job)
        row = json.loads(self.api.get(f"/api/job/logs/{job['id']}").body.decode("utf-8", "strict"))
        output = row["data"][0]["output"]
        for letter in "abc":
            self.assertIn(letter, output)

    def test_a_cut_inside_a_character_still_gives_valid_json(self):
        job = self.api.shell("printf x; yes é€🙂 | head -n 20000 | tr -d '\\n'")
        self.assertEqual(self.run_once(self.api, job)["status"], "SUCCESS")
        self.api.get(f"/api/job/logs/{job['id']}").body.decode("utf-8", "strict")

    def test_none_is_an_empty_text(self):
        self.assertEqual(self.run_shell("true")["output"], "")


class Callback(TaskTest):
    def setUp(self):
        super().setUp()
        self.server = Http()
        self.addCleanup(self.server.close)

    def call(self, path, method="POST", within=20, body="hello", headers=None, **fields):
        payload = {"url": self.server.url + path, "method": method,
                   "headers": headers or {"X-Takt": "yes"}, "body": body}
        job = self.api.create("HTTP_CALLBACK", json.dumps(payload), **fields)
        return self.run_once(self.api, job, within)

    def test_success_is_a_2xx_and_the_answer_is_the_output(self):
        row = self.call("/ok?x=1")
        self.assertEqual(row["status"], "SUCCESS", row)
        self.assertEqual(json.loads(row["output"]),
                         {"url": "/ok?x=1", "method": "POST", "data": "hello"})
        [(method, path, headers, body)] = self.server.seen
        self.assertEqual((method, path, body), ("POST", "/ok?x=1", b"hello"))
        self.assertEqual(headers["X-Takt"], "yes")

    def test_other_methods(self):
        for method in ("GET", "PUT", "DELETE"):
            with self.subTest(method=method):
                self.assertEqual(self.call("/ok", method, body="")["status"], "SUCCESS")
                self.assertEqual(self.server.seen[-1][:2], (method, "/ok"))

    def test_a_500_is_a_failure_that_is_tried_again(self):
        row = self.call("/fail", retry_times=1)
        self.assertEqual((row["status"], row["attempt"]), ("FAILED", 2))
        self.assertIn("500", row["error"])
        self.assertEqual(len(self.server.seen), 2)

    def test_too_slow_is_a_timeout(self):
        row = self.call("/slow", timeout=1)
        self.assertEqual(row["status"], "TIMEOUT", row)

    def test_nobody_listens(self):
        self.server.close()
        row = self.call("/ok")
        self.assertEqual(row["status"], "FAILED")
        self.assertTrue(row["error"], row)

    def test_payloads_that_are_no_call(self):
        for payload in ("", "{", "[]", '{"method": "GET"}', '{"url": 5}',
                        '{"url": "file:///etc/passwd", "method": "GET"}',
                        '{"url": "http://127.0.0.1:1/", "method": "GET", "headers": []}'):
            with self.subTest(payload=payload):
                answer = self.api.post("/api/job", {"name": "n", "job_type": "HTTP_CALLBACK",
                                                    "payload": payload})
                if answer.status == 400:
                    continue  # told at once is as good
                row = self.run_once(self.api, answer.json)
                self.assertEqual(row["status"], "FAILED", row)
                self.assertTrue(row["error"], row)


class Native(TaskTest):
    def test_the_sample_task_runs(self):
        row = self.run_once(self.api, self.api.create("GREETING", "Ada"))
        self.assertEqual(row["status"], "SUCCESS", row)
        self.assertIn("Ada", row["output"])

    def test_an_announced_type_is_known_and_others_wait(self):
        soon = self.api.expect(201, "POST", "/api/job?allow_unknown_type=1",
                               {"name": "n", "job_type": "SOON", "payload": ""})
        log_id = self.api.trigger(soon["id"])
        self.run_once(self.api, self.api.shell("true"))
        self.assertEqual(self.api.run(soon["id"], log_id)["status"], "PENDING")


if __name__ == "__main__":
    unittest.main()
