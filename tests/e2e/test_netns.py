"""A LAN in small: broker and scheduler on one host, the worker on another, keys between them."""

import shutil
import unittest

import netns
from harness import (Broker, Scheduler, TaktTest, Worker, binary, eventually, free_port, is_alive,
                     let_pass, run_to_end)
from rest import planned

WHY = r"(?i)handshake|curve|unknown.{0,20}key|key.{0,40}(unknown|not |refused|denied)"


@unittest.skipUnless(netns.is_possible(), "needs root and network namespaces")
class TwoHosts(TaktTest):
    def setUp(self):
        super().setUp()
        self.lan = netns.Lan()
        self.addCleanup(self.lan.close)
        front, back = free_port(), free_port()
        self.frontend = f"tcp://{self.lan.address['a']}:{front}"
        self.backend = f"tcp://{self.lan.address['a']}:{back}"

    def make_keys(self, name):
        folder = self.folder / name
        done = run_to_end([binary("takt"), "keys", "new", str(folder)])
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder

    def start_host_a(self, args):
        self.broker = self.launch(Broker(self.folder, self.frontend, self.backend, args,
                                         inside=self.lan.inside("a")))
        scheduler = self.launch(Scheduler(
            self.folder, self.folder / "data", [self.frontend], args,
            inside=self.lan.inside("a"), connect=self.lan.connector("a")))
        self.api = scheduler.wait_ready().api

    def start_worker(self, args, ident="w1"):
        return self.launch(Worker(self.folder, ident, [self.backend], args,
                                  inside=self.lan.inside("b")))

    def assert_nothing_connects(self, worker):
        """For five seconds; and the broker's log says why."""
        since = self.broker.log_size()
        for _ in range(10):
            let_pass(0.5)
            worker.check_running()
            self.assertEqual(self.api.executors(), [])
        self.assertRegex(self.broker.log_text(), WHY)
        self.assertLess(self.broker.log_size() - since, 100_000, "it floods its log")

    def test_with_keys_the_walkthrough_works(self):
        keys = self.make_keys("keys")
        self.start_host_a(["--keys", str(keys)])
        worker = self.start_worker(["--keys", str(keys)])
        eventually("w1 is UP", lambda: "w1" in self.api.executors_up(), 15)
        job = self.api.shell("echo \"Hello from $(ip -o -4 addr show veth0)\"",
                             cron_spec="*/2 * * * * *")
        self.assertEqual([j["id"] for j in self.api.jobs()], [job["id"]])
        row = self.wait_run(self.api, job["id"], self.api.trigger(job["id"]))
        self.assertEqual(row["status"], "SUCCESS", row)
        self.assertIn(self.lan.address["b"], row["output"], "it did not run on the other host")
        eventually("it fires twice", lambda: len(planned(self.api.logs(job["id"]))) >= 2)
        self.api.pause(job["id"])
        self.assertEqual({r["status"] for r in self.wait_settled(self.api, job["id"])}, {"SUCCESS"})
        self.assertTrue(is_alive(worker.process.pid))

    def test_without_keys_nobody_starts(self):
        broker = Broker(self.folder, self.frontend, self.backend, inside=self.lan.inside("a"))
        self.assert_refused_to_start(broker.inside + broker.argv, "keys|--insecure")
        worker = Worker(self.folder, "w1", [self.backend], inside=self.lan.inside("b"))
        self.assert_refused_to_start(worker.inside + worker.argv, "keys|--insecure")

    def test_a_worker_without_keys_does_not_connect(self):
        self.start_host_a(["--keys", str(self.make_keys("keys"))])
        self.assert_nothing_connects(self.start_worker(["--insecure"]))

    def test_a_worker_with_the_keys_of_another_cluster_does_not_connect(self):
        self.start_host_a(["--keys", str(self.make_keys("keys"))])
        self.assert_nothing_connects(self.start_worker(["--keys", str(self.make_keys("others"))]))

    def test_a_worker_that_knows_the_broker_but_is_not_known_does_not_connect(self):
        ours, others = self.make_keys("keys"), self.make_keys("others")
        mixed = self.folder / "mixed"
        shutil.copytree(ours, mixed)
        for name in ("client.key", "client.pub"):
            shutil.copy(others / name, mixed / name)
        self.start_host_a(["--keys", str(ours)])
        self.assert_nothing_connects(self.start_worker(["--keys", str(mixed)]))

    def test_without_keys_between_hosts_it_works_when_told_so(self):
        self.start_host_a(["--insecure"])
        self.start_worker(["--insecure"])
        eventually("w1 is UP", lambda: "w1" in self.api.executors_up(), 15)
        self.assertEqual(self.run_once(self.api, self.api.shell("echo hi"))["output"], "hi\n")


if __name__ == "__main__":
    unittest.main()
