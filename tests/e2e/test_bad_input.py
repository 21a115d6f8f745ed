"""Bad input: each is told what was wrong, and nothing is stored or lost. On takt dev."""

import json
import socket
import unittest

from rest_case import ApiTest
from rest import NOBODY


class BadInput(ApiTest):
    GOOD = {"name": "n", "job_type": "SHELL_COMMAND", "payload": "true", "timeout": 5}

    def setUp(self):
        super().setUp()
        self.jobs_before = len(self.api.jobs())

    def tearDown(self):
        self.assertEqual(len(self.api.jobs()), self.jobs_before, "something refused was stored")
        super().tearDown()

    def refused(self, body, status=400, *said):
        self.assert_error(self.api.post("/api/job", body), status, *said)

    def test_malformed_json(self):
        for body in (b"", b"{", b"nonsense", b'{"name": "n",}', b"\xff\xfe", b"[" * 100_000,
                     b'{"name": "\xff"}', b'{"name": "n"} x'):
            with self.subTest(body=body[:20]):
                self.refused(body)

    def test_json_that_is_not_an_object(self):
        for body in (b"[]", b"null", b"5", b'"text"'):
            with self.subTest(body=body):
                self.refused(body)

    def test_wrong_types_are_named(self):
        for field, value in (("name", 5), ("payload", {}), ("timeout", "30"), ("timeout", 1.5),
                             ("interval", "20"), ("interval", True), ("cron_spec", 7),
                             ("retry_times", "1"), ("job_type", None), ("job_type", []),
                             ("description", 1), ("executor_id", 1)):
            with self.subTest(field=field, value=value):
                self.refused({**self.GOOD, field: value}, 400, field)

    def test_numbers_out_of_range(self):
        for field, value in (("timeout", -1), ("interval", -1), ("retry_times", -1),
                             ("timeout", 10**12), ("interval", 10**12), ("retry_times", 10**6),
                             ("timeout", 10**30)):
            with self.subTest(field=field, value=value):
                self.refused({**self.GOOD, field: value}, 400, field)

    def test_an_unknown_job_type_is_told_the_known_ones(self):
        for job_type in ("NO_SUCH_TYPE", "GO_FUNCTION", "shell_command"):
            with self.subTest(job_type=job_type):
                self.refused({**self.GOOD, "job_type": job_type}, 400,
                             "SHELL_COMMAND", "HTTP_CALLBACK")

    def test_an_unknown_job_type_can_be_allowed(self):
        answer = self.api.post("/api/job?allow_unknown_type=1", {**self.GOOD, "job_type": "SOON"})
        self.assertEqual((answer.status, answer.json["job_type"]), (201, "SOON"))
        self.assertEqual(self.api.delete(f"/api/job/{answer.json['id']}").status, 204)

    def test_no_job_type(self):
        self.refused({"name": "n", "payload": "true"}, 400, "job_type")
        self.refused({**self.GOOD, "job_type": ""}, 400, "job_type")

    def test_both_schedules_at_once(self):
        self.refused({**self.GOOD, "cron_spec": "* * * * * *", "interval": 5}, 400,
                     "cron_spec", "interval")

    def test_a_cron_field_out_of_range_is_named_with_its_value(self):
        for spec, field, value in (
                ("75 * * * * *", "second", "75"), ("0 61 * * * *", "minute", "61"),
                ("0 0 25 * * *", "hour", "25"), ("0 0 0 32 * *", "day", "32"),
                ("0 0 0 1 13 *", "month", "13"), ("0 0 0 * * 9", "week", "9"),
                ("61 * * * *", "minute", "61")):
            with self.subTest(spec=spec):
                self.refused({**self.GOOD, "cron_spec": spec}, 400, field, value)

    def test_cron_that_is_no_cron(self):
        for spec in ("* * * *", "a b c d e f", "*/0 * * * * *", "5-1-3 * * * * *", "x" * 300,
                     "* * * * * * * *", "*/10 * * * * * ;", "1,,2 * * * * *"):
            with self.subTest(spec=spec):
                self.refused({**self.GOOD, "cron_spec": spec})

    def test_put_checks_as_create_does(self):
        job = self.api.shell("true")
        self.addCleanup(self.api.delete, f"/api/job/{job['id']}")
        self.jobs_before += 1
        for wrong in ({"timeout": -1}, {"cron_spec": "0 61 * * * *"}, {"job_type": "NOPE"},
                      {"cron_spec": "* * * * * *", "interval": 1}, {"name": 5}):
            with self.subTest(wrong=wrong):
                answer = self.api.put(f"/api/job/{job['id']}", {**self.stored(job), **wrong})
                self.assert_error(answer, 400)
        self.assert_error(self.api.put(f"/api/job/{job['id']}", b"{"), 400)
        self.assertEqual(self.api.job(job["id"]), job)

    def test_a_body_of_two_mebibytes(self):
        body = json.dumps({**self.GOOD, "payload": "x" * (2 << 20)}).encode()
        head = (f"POST /api/job HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection((self.api.host, self.api.port), timeout=10) as link:
            try:
                link.sendall(head + body)
            except OSError:
                pass  # it may refuse before it has read everything
            got = b""
            while b'"code"' not in got and (part := link.recv(65536)):
                got += part
        self.assertRegex(got, rb"^HTTP/1\.1 413 ")
        self.assertIn(b'"code"', got)
        self.assertEqual(self.api.get("/healthz").status, 200)

    def test_unknown_ids(self):
        for ident in (NOBODY, "nope", "a" * 500):
            for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/pause"),
                                 ("POST", "/resume"), ("POST", "/trigger")):
                with self.subTest(ident=ident[:40], method=method, path=path):
                    body = self.GOOD if method == "PUT" else None
                    self.assert_error(self.api.call(method, f"/api/job/{ident}{path}", body), 404)

    def test_ids_that_are_no_text(self):
        for ident in ("%00", "%ff%fe", "%", "%zz", "%2e%2e"):
            with self.subTest(ident=ident):
                answer = self.api.get(f"/api/job/{ident}")
                self.assertIn(answer.status, (400, 404), answer)
                self.assert_error(answer, answer.status)

    def test_unknown_paths(self):
        for path in ("/api/nope", "/api/job/a/b/c", f"/api/job/{NOBODY}/explode", "/api", "/api/",
                     "/apijobs", "/api/jobs/..%2f..%2fetc/passwd"):
            with self.subTest(path=path):
                self.assert_error(self.api.get(path), 404)

    def test_methods_that_a_path_does_not_have(self):
        for method, path in (("DELETE", "/api/jobs"), ("PUT", "/api/jobs"), ("GET", "/api/job"),
                             ("POST", "/api/executors"), ("GET", f"/api/job/{NOBODY}/trigger"),
                             ("POST", "/metrics"), ("PATCH", f"/api/job/{NOBODY}")):
            with self.subTest(method=method, path=path):
                self.assert_error(self.api.call(method, path), 405)

    def test_what_is_not_even_http(self):
        endless = b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 9999
        for junk in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", endless):
            with socket.create_connection((self.api.host, self.api.port), timeout=5) as link:
                try:
                    link.sendall(junk)
                    link.recv(4096)
                except OSError:
                    pass  # being dropped is an answer
        self.assertEqual(self.api.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
