"""The base of the REST tests: one takt dev, and the shape of an error."""

import re

from harness import Dev, TaktTest
from rest import SEED_JOB_FIELDS


class ApiTest(TaktTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.launch_shared(Dev(cls.base)).wait_ready().api

    def assert_error(self, answer, status, *said):
        """The error shape: one sentence and a stable word; the sentence names what is given."""
        self.assertEqual(answer.status, status, answer)
        self.assertIn("application/json", answer.headers["Content-Type"])
        error = answer.json
        self.assertRegex(error["code"], r"^[a-z][a-z0-9_]*$")
        self.assertTrue(error["error"].strip(), error)
        self.assertNotIn("\n", error["error"])
        for words in said:
            self.assertRegex(error["error"], re.compile(words, re.I))

    def stored(self, job):
        """The job as PUT wants it back."""
        return {k: job[k] for k in SEED_JOB_FIELDS if k not in ("id", "created_at", "updated_at")}
