#!/usr/bin/env python3
"""tools/check_includes.py sees planted faults, and nothing where there is none."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tools" / "check_includes.py"
sys.path.insert(0, str(CHECKER.parent))

from check_includes import check_names, check_text  # noqa: E402


def check(path, text):
    """The checker's lines for one planted file."""
    return [f"{path}:{line}: {message}" for line, message in sorted(check_text(path, text))]


class Faults(unittest.TestCase):
    def expect(self, path, text, *words, line=1):
        found = check(path, text)
        self.assertEqual(len(found), 1, f"{path}: {text!r}: {found}")
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_includes_that_go_up_or_across(self):
        for path, target in (
                ("proto/a.cpp", "storage/store.hpp"), ("storage/a.cpp", "broker/link.hpp"),
                ("broker/a.cpp", "storage/store.hpp"), ("broker/a.cpp", "actors/messages.hpp"),
                ("actors/logic/a.cpp", "storage/store.hpp"),
                ("actors/logic/a.cpp", "actors/messages.hpp"),
                ("actors/scheduler/a.cpp", "storage/sqlite_store.hpp"),
                ("actors/scheduler/a.cpp", "broker/router.hpp"),
                ("actors/scheduler/a.cpp", "actors/admin/desk.hpp"),
                ("actors/admin/a.cpp", "broker/link.hpp"),
                ("actors/worker/a.cpp", "storage/store.hpp"),
                ("actors/worker/journal.cpp", "actors/messages.hpp"),
                ("actors/messages.cpp", "actors/scheduler/job.hpp"),
                ("actors/worker/include/takt/a.cpp", "actors/messages.hpp"),
                ("tools/config/a.cpp", "broker/curve.hpp"), ("elsewhere/a.cpp", "proto/ids.hpp")):
            with self.subTest(path=path, target=target):
                self.expect(path, f'#include "{target}"\n', path.split("/", maxsplit=1)[0])

    def test_libraries_outside_their_place(self):
        for path, target in (
                ("storage/a.cpp", "zmq.h"), ("broker/a.hpp", "zmq.h"),
                ("actors/scheduler/a.cpp", "sqlite3.h"), ("storage/store.cpp", "SQLiteCpp/Database.h"),
                ("storage/lease.cpp", "hiredis/hiredis.h"), ("proto/json.cpp", "msgpack.hpp"),
                ("proto/wire.cpp", "nlohmann/json.hpp"),
                ("actors/admin/routes.cpp", "boost/beast/http.hpp"),
                ("actors/worker/http_task.cpp", "curl/curl.h"), ("tools/cli.cpp", "curl/curl.h"),
                ("proto/a.cpp", "caf/actor.hpp"), ("storage/a.cpp", "caf/actor.hpp"),
                ("broker/a.cpp", "caf/actor.hpp"), ("actors/logic/a.cpp", "caf/actor.hpp"),
                ("actors/worker/session.cpp", "caf/actor.hpp"),
                ("actors/admin/routes.cpp", "caf/actor.hpp"), ("tools/cli.cpp", "caf/actor.hpp"),
                ("proto/a.cpp", "spdlog/spdlog.h"), ("tools/cli.cpp", "CLI/App.hpp"),
                ("proto/a.cpp", "gtest/gtest.h"), ("proto/a.cpp", "fmt/core.h"),
                ("actors/scheduler/a.cpp", "takt/task.hpp")):
            with self.subTest(path=path, target=target):
                guard = "#pragma once\n" if path.endswith(".hpp") else "\n"
                self.expect(path, f"{guard}#include <{target}>\n", target, line=2)

    def test_words(self):
        for path, text, word in (
                ("storage/a.cpp", "auto t = std::chrono::system_clock::now();", "clock"),
                ("tests/proto/a_test.cpp", "auto t = std::chrono::steady_clock::now();", "clock"),
                ("actors/a.cpp", "clock_gettime(CLOCK_REALTIME, &ts);", "clock"),
                ("tests/proto/a_test.cpp", "std::this_thread::sleep_for(1s);", "sleep"),
                ("tests/proto/a_test.cpp", "usleep(3);", "sleep"),
                ("actors/scheduler/a.cpp", "self->request(x, caf::infinite, y);", "infinite"),
                ("broker/a.cpp", "try { f(); } catch (...) { }", "catch")):
            with self.subTest(text=text):
                self.expect(path, f"// one\n/* two\n*/ {text}\n", word, line=3)

    def test_a_header_without_a_guard(self):
        self.expect("proto/a.hpp", "struct a {};\n", "#pragma once")

    def test_an_include_without_its_folder(self):
        self.expect("proto/a.cpp", '#include "ids.hpp"\n', 'write "proto/ids.hpp"')

    def test_one_name_in_two_headers(self):
        def header(inside, what):
            return f"#pragma once\nnamespace takt {{\n{inside}{what} client {{\n}};\n}} // namespace takt\n"
        first, second = header("", "struct"), header("", "class")
        self.assertEqual(
            list(check_names({"broker/a.hpp": first, "tools/b.hpp": second})),
            [("tools/b.hpp", 3, "takt::client is defined in broker/a.hpp, too")])
        other = "namespace takt {\nnamespace ask {\nstruct client {\n};\n} // namespace ask\n}\n"
        only_named = "namespace takt {\nclass client;\nstruct other {\n};\n} // namespace takt\n"
        for harmless in (other, only_named):
            self.assertEqual(list(check_names({"a.hpp": first, "b.hpp": harmless})), [])

    def test_every_fault_of_a_file_is_told(self):
        text = '#include "storage/store.hpp"\n#include <zmq.h>\n'
        self.assertEqual(len(check("proto/a.cpp", text)), 2)


class NoFaults(unittest.TestCase):
    def test_what_is_allowed(self):
        for path, text in (
                ("proto/a.cpp", '#include "proto/errc.def"\n#include <vector>\n#include <sys/stat.h>\n'),
                ("proto/time.cpp", "auto t = std::chrono::system_clock::now();\n"),
                ("actors/scheduler/job.cpp",
                 '#include "storage/store.hpp"\n#include "actors/logic/cron.hpp"\n'
                 '#include "actors/messages.hpp"\n#include <caf/send.hpp>\n'),
                ("broker/socket.cpp", "#include <zmq.h>\n"),
                ("storage/sqlite_store.cpp", "#include <SQLiteCpp/Database.h>\n"),
                ("actors/admin/gateway_session.cpp", "#include <boost/asio/ip/tcp.hpp>\n"),
                ("tools/takt_scheduler.cpp", '#include "storage/sqlite_store.hpp"\n'),
                ("tools/cli.cpp", "std::this_thread::sleep_for(200ms);\n")):
            with self.subTest(path=path):
                self.assertEqual(check(path, text), [])

    def test_words_in_comments_and_texts_are_not_code(self):
        text = ('// system_clock::now, caf::infinite\n/* sleep_for(1s) */\n'
                'auto s = "steady_clock::now";\nauto r = R"(sleep_for)";\n')
        self.assertEqual(check("tests/proto/a_test.cpp", text), [])

    def test_the_program_prints_what_it_found_and_exits_1(self):
        with tempfile.TemporaryDirectory() as folder:
            planted = Path(folder) / "proto" / "a.cpp"
            planted.parent.mkdir()
            planted.write_text("\n#include <zmq.h>\n")
            done = subprocess.run([sys.executable, CHECKER, "--root", folder, "proto/a.cpp"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout),
                             (1, "proto/a.cpp:2: <zmq.h>: zmq is not named here\n"))

    def test_this_repository(self):
        done = subprocess.run([sys.executable, CHECKER], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
