"""What takt refuses, and that it says so in one clear line; strangers on its ports."""

import random
import socket
import subprocess
import unittest

from harness import (SEED, Broker, Cluster, Dev, Scheduler, TaktTest, Worker, binary, clean_env,
                     eventually, free_port, lines_of, run_to_end)
from rest import planned
from standins import RudePeer, throw_garbage

TOKEN = "4f7d1c6a9be24d0f8a315bb0c27e66d1"


class RefusesToStart(TaktTest):
    def dev_argv(self, listen=None, data=None, *more):
        return [binary("takt"), "dev", "--data", str(data or self.folder / "data"),
                "--listen", listen or f"127.0.0.1:{free_port()}", *more]

    def test_a_gateway_for_everyone_without_a_token(self):
        for host in ("0.0.0.0", "[::]"):
            with self.subTest(host=host):
                self.assert_refused_to_start(self.dev_argv(f"{host}:{free_port()}"), "token")
        argv = [binary("takt-scheduler"), "--listen", f"0.0.0.0:{free_port()}", "--data",
                str(self.folder / "s"), "--brokers", f"tcp://127.0.0.1:{free_port()}"]
        self.assert_refused_to_start(argv, "token")

    def test_a_token_file_that_cannot_be_used(self):
        empty = self.folder / "empty"
        empty.touch(0o600)
        for path in (empty, self.folder / "none"):
            with self.subTest(path=path.name):
                self.assert_refused_to_start(
                    self.dev_argv(None, None, "--token-file", str(path)), "token")

    def test_a_second_takt_dev_on_the_same_data_folder(self):
        first = self.launch(Dev(self.folder)).wait_ready()
        self.assert_refused_to_start(self.dev_argv(data=first.data), "use|lock")
        first.api.shell("true")  # the first did not notice

    def test_a_taken_port(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.assert_refused_to_start(self.dev_argv(f"127.0.0.1:{port}"), f"{port}")
            backend = f"tcp://127.0.0.1:{free_port()}"
            for front, back in ((f"tcp://127.0.0.1:{port}", backend),
                                (backend, f"tcp://127.0.0.1:{port}")):
                argv = [binary("takt-broker"), "--frontend", front, "--backend", back]
                self.assert_refused_to_start(argv, f"{port}")

    def test_a_data_folder_that_cannot_be_written(self):
        self.assert_refused_to_start(self.dev_argv(data="/proc/takt"), "/proc/takt")
        a_file = self.folder / "file"
        a_file.write_text("not a folder")
        self.assert_refused_to_start(self.dev_argv(data=a_file), "file")

    def test_a_data_folder_on_a_read_only_mount(self):
        used = self.launch(Dev(self.folder))
        used.wait_ready().api.shell("true")
        used.stop()
        empty = self.folder / "empty"
        empty.mkdir()
        if run_to_end(["unshare", "-m", "true"]).returncode != 0:
            self.skipTest("no private mounts here")
        for data in (used.data, empty):
            with self.subTest(data=data.name):
                mount = (f"mount --bind {data} {data} && mount -o remount,bind,ro {data} && "
                         'exec "$@"')
                argv = ["unshare", "-m", "sh", "-c", mount, "sh", *self.dev_argv(data=data)]
                self.assert_refused_to_start(argv, str(data) + "|read-only|readonly")

    def test_endpoints_beyond_loopback_without_keys(self):
        here = f"tcp://127.0.0.1:{free_port()}"
        for far in (f"tcp://0.0.0.0:{free_port()}", f"tcp://*:{free_port()}"):
            for front, back in ((far, here), (here, far)):
                argv = [binary("takt-broker"), "--frontend", front, "--backend", back]
                with self.subTest(front=front, back=back):
                    self.assert_refused_to_start(argv, "keys|--insecure")
        far = "tcp://192.0.2.1:7702"  # reserved for documentation: nobody is there
        self.assert_refused_to_start(Worker(self.folder, "w1", [far]).argv, "keys|--insecure")
        self.assert_refused_to_start(Worker(self.folder, "w1", [here, far]).argv, "keys|--insecure")
        self.assert_refused_to_start(Scheduler(self.folder, self.folder / "data", [far]).argv,
                                     "keys|--insecure")

    def test_keys_that_are_not_there(self):
        argv = [binary("takt-broker"), "--frontend", f"tcp://127.0.0.1:{free_port()}", "--backend",
                f"tcp://127.0.0.1:{free_port()}", "--keys", str(self.folder / "none")]
        self.assert_refused_to_start(argv, "key")

    def test_insecure_is_a_choice(self):
        everywhere = f"tcp://0.0.0.0:{free_port()}"
        broker = self.launch(Broker(self.folder, everywhere, args=["--insecure"]))
        port = int(broker.frontend.rsplit(":", 1)[1])

        def listens():
            broker.check_running()
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        eventually("the broker listens", listens)


class Token(TaktTest):
    def start(self, host="127.0.0.1"):
        token_file = self.folder / "token"
        token_file.write_text(TOKEN + "\n")
        token_file.chmod(0o600)
        dev = Dev(self.folder, args=["--token-file", str(token_file)], token=TOKEN)
        listen = dev.argv.index("--listen") + 1
        dev.argv[listen] = dev.argv[listen].replace("127.0.0.1", host)
        return self.launch(dev).wait_ready().api

    def test_without_the_token_nothing_is_told_or_done(self):
        api = self.start()
        job = api.shell("true")
        good = {"name": "n", "job_type": "SHELL_COMMAND", "payload": "true"}
        calls = [("GET", "/api/jobs", None), ("POST", "/api/job", good),
                 ("GET", f"/api/job/{job['id']}", None), ("DELETE", f"/api/job/{job['id']}", None),
                 ("POST", f"/api/job/{job['id']}/trigger", None), ("GET", "/api/executors", None)]
        wrong = ("", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN,
                 f"Basic {TOKEN}", "Bearer " + "x" * 5000)
        for method, path, body in calls:
            for header in wrong:
                with self.subTest(method=method, path=path, header=header[:50]):
                    answer = api.call(method, path, body, {"Authorization": header})
                    self.assertEqual(answer.status, 401, answer)
                    self.assertEqual(set(answer.json), {"error", "code"})
        for method, path, body in calls:
            if method != "DELETE":
                self.assertIn(api.call(method, path, body).status, (200, 201))
        self.assertEqual(len(api.jobs()), 2)

    def test_no_authorization_header_at_all(self):
        api = self.start()
        api.token = None
        self.assertEqual(api.get("/api/jobs").status, 401)

    def test_with_a_token_it_may_listen_for_everyone(self):
        self.assertEqual(self.start("0.0.0.0").get("/api/jobs").status, 200)

    def test_the_token_is_in_no_log(self):
        api = self.start()
        api.get("/api/jobs")
        self.assertNotIn(TOKEN, self.programs[-1].log_text())


class Strangers(TaktTest):
    def test_garbage_on_the_brokers_ports_leaves_the_others_untouched(self):
        cluster = Cluster(self)
        api = cluster.api
        cluster.add_worker("w1")
        notes = self.folder / "notes"
        job = api.shell(f"echo $TAKT_RUN_ID >> {notes}", cron_spec="* * * * * *")
        slow = api.shell("sleep 3; echo end")
        log_id = api.trigger(slow["id"])
        self.wait_running(api, slow["id"], log_id)
        self.be_rude(cluster.broker)
        self.assertEqual(self.wait_run(api, slow["id"], log_id)["output"], "end\n")
        seen = len(planned(api.logs(job["id"])))
        eventually("runs flow on", lambda: len(planned(api.logs(job["id"]))) >= seen + 2)
        api.pause(job["id"])
        rows = self.wait_settled(api, job["id"])
        self.assertEqual({r["status"] for r in rows}, {"SUCCESS"})
        self.assertCountEqual(lines_of(notes), [r["id"] for r in rows])
        self.assertEqual(api.executors_up(), {"w1"})
        cluster.broker.check_running()

    def be_rude(self, broker):
        rng = random.Random(SEED)
        for endpoint in (broker.frontend, broker.backend):
            port = int(endpoint.rsplit(":", 1)[1])
            throw_garbage(port, rng)
            for _ in range(20):
                peer = RudePeer(port)
                try:
                    peer.send(rng.randbytes(rng.randrange(1, 300)))
                    peer.send(*[rng.randbytes(rng.randrange(0, 60)) for _ in range(3)])
                    peer.send(b"", b"\xdd\xff\xff\xff\xff", b"")  # msgpack: 4 billion elements
                    peer.send(*[b"x"] * 50)
                except OSError:
                    pass  # being dropped is an answer
                peer.close()

    def test_a_frame_over_the_limit_is_dropped(self):
        cluster = Cluster(self)
        cluster.add_worker("w1")
        for endpoint in (cluster.broker.frontend, cluster.broker.backend):
            peer = RudePeer(int(endpoint.rsplit(":", 1)[1]))
            try:
                peer.send(b"x" * (16 << 20))
            except OSError:
                pass
            peer.close()
        row = self.run_once(cluster.api, cluster.api.shell("echo fine"))
        self.assertEqual(row["output"], "fine\n")

    def test_two_workers_of_one_name(self):
        cluster = Cluster(self)
        first = cluster.add_worker("w1")
        argv = Worker(self.folder / "second", "w1", [cluster.broker.backend]).argv
        second = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=clean_env())
        self.addCleanup(second.wait)
        self.addCleanup(second.kill)
        job = cluster.api.shell("echo $TAKT_RUN_ID", cron_spec="* * * * * *")
        eventually("runs flow", lambda: len(planned(cluster.api.logs(job["id"]))) >= 3)
        cluster.api.pause(job["id"])
        rows = self.wait_settled(cluster.api, job["id"])
        self.assertEqual({r["status"] for r in rows}, {"SUCCESS"})
        self.assertEqual(len([e for e in cluster.api.executors() if e["id"] == "w1"]), 1)
        first.check_running()


if __name__ == "__main__":
    unittest.main()
