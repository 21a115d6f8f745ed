"""takt cron explain, takt cron next and takt import: no server, exact output, exit codes."""

import datetime

from harness import TaktTest, binary, run_to_end

FROM = ("--from", "2026-03-28T00:00:00+01:00")


class CronCli(TaktTest):
    def takt(self, *words, env=None):
        done = run_to_end([binary("takt"), *words], env=env)
        self.told = f"takt {' '.join(words)}\nexit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def assert_prints(self, text, *words):
        """Exactly this on stdout, nothing on stderr, 0."""
        done = self.takt(*words)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, text, ""), self.told)

    def assert_refused(self, part, *words):
        """Exit 2, nothing on stdout, one line on stderr that has this in it."""
        done = self.takt(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), self.told)
        self.assertRegex(done.stderr, r"\Atakt: [^\n]+\n\Z", self.told)
        self.assertIn(part, done.stderr)


class Next(CronCli):
    def test_instants_have_the_zones_offset(self):
        self.assert_prints("2026-03-28T02:30:00+01:00\n"
                           "2026-03-29T03:00:00+02:00\n"
                           "2026-03-30T02:30:00+02:00\n",
                           "cron", "next", "30 2 * * *", "--tz", "Europe/Berlin", *FROM,
                           "--count", "3")

    def test_only_utc_ends_with_z(self):
        for words in ((), ("--tz", "UTC"), ("--tz", "Etc/UTC"), ("--tz", "Zulu")):
            with self.subTest(words=words):
                self.assert_prints("2026-03-28T00:00:00Z\n", "cron", "next", "0 0 * * *", *words,
                                   *FROM, "--count", "1")
        self.assert_prints("2026-03-28T00:00:00+00:00\n", "cron", "next", "0 0 * * *",
                           "--tz", "Europe/London", *FROM, "--count", "1")

    def test_the_dst_policy(self):
        words = ("cron", "next", "30 1 * * *", "--tz", "America/New_York",
                 "--from", "2026-11-01T00:00:00-04:00", "--count", "2")
        once = "2026-11-01T01:30:00-04:00\n2026-11-02T01:30:00-05:00\n"
        twice = "2026-11-01T01:30:00-04:00\n2026-11-01T01:30:00-05:00\n"
        self.assert_prints(once, *words)
        for policy, lines in (("vixie", once), ("skip", once), ("all", twice)):
            with self.subTest(policy=policy):
                self.assert_prints(lines, *words, "--dst", policy)

    def test_five_from_now_when_nothing_is_said(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        done = self.takt("cron", "next", "* * * * * *")
        self.assertEqual((done.returncode, done.stderr), (0, ""), self.told)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 5, self.told)
        instants = [datetime.datetime.fromisoformat(line.replace("Z", "+00:00")) for line in lines]
        second = datetime.timedelta(seconds=1)
        self.assertEqual([b - a for a, b in zip(instants, instants[1:])], [second] * 4)
        self.assertLess(before - second, instants[0])
        self.assertLess(instants[0] - before, datetime.timedelta(minutes=2))

    def test_an_interval_counts_from_the_instant_given(self):
        self.assert_prints("2026-03-28T08:01:30+09:00\n2026-03-28T08:03:00+09:00\n", "cron",
                           "next", "@every 90s", "--tz", "Asia/Tokyo", *FROM, "--count", "2")

    def test_fewer_lines_when_it_ends(self):
        self.assert_prints("2030-01-01T00:00:00Z\n", "cron", "next", "0 0 0 1 1 ? 2030", *FROM)
        done = self.takt("cron", "next", "0 0 0 1 1 ? 2020", *FROM)
        self.assertEqual((done.returncode, done.stdout), (0, ""), self.told)
        self.assertRegex(done.stderr, r"\Atakt: it never fires after [^\n]+\n\Z")

    def test_as_many_as_asked_for(self):
        done = self.takt("cron", "next", "* * * * *", *FROM, "--count", "10000")
        lines = done.stdout.splitlines()
        self.assertEqual((len(lines), lines[0], lines[-1]),
                         (10_000, "2026-03-27T23:01:00Z", "2026-04-03T21:40:00Z"))

    def test_the_zone_of_the_host_is_nobodys_business(self):
        words = ("cron", "next", "0 0 * * *", *FROM, "--count", "1")
        self.assertEqual(self.takt(*words, env={"TZ": "Asia/Tokyo"}).stdout,
                         "2026-03-28T00:00:00Z\n")

    def test_bad_questions(self):
        for part, words in (("22-23,0-2", ("0 22-2 * * *",)),
                            ("never", ("0 0 30 2 *",)),
                            ("is empty", ("",)),
                            ("@reboot", ("@reboot",)),
                            ("@every", ("@every 1ms",)),
                            ("Europe/Berlin", ("0 0 * * *", "--tz", "Europe/Belin")),
                            ("--from", ("0 0 * * *", "--from", "2026-01-01T00:00:00")),
                            ("--from", ("0 0 * * *", "--from", "24:00")),
                            ("--count", ("0 0 * * *", "--count", "0")),
                            ("--count", ("0 0 * * *", "--count", "10001")),
                            ("--count", ("0 0 * * *", "--count", "-1")),
                            ("--count", ("0 0 * * *", "--count", "many")),
                            ("--dst", ("0 0 * * *", "--dst", "maybe")),
                            ("", ("0", "0", "*", "*", "*"))):
            with self.subTest(words=words):
                self.assert_refused(part, "cron", "next", *words)


class Explain(CronCli):
    def test_both_languages_or_one(self):
        english, chinese = "At 09:30 on Monday to Friday\n", "工作日（周一至周五）09:30\n"
        words = ("cron", "explain", "30 9 * * 1-5")
        self.assert_prints(english + chinese, *words)
        self.assert_prints(english, *words, "--lang", "en")
        self.assert_prints(chinese, *words, "--lang", "zh")

    def test_lints_are_indented(self):
        done = self.takt("cron", "explain", "*/7 * * * *")
        first, second, lint = done.stdout.splitlines()
        self.assertEqual(first, "Every 7 minutes from minute 0 to 56 past every hour")
        self.assertEqual(second, "每小时的第0至56分钟（步长7）")
        self.assertRegex(lint, r"^  short_cycle: \S")

    def test_bad_questions(self):
        for part, words in (("cron_spec", ("60 * * * *",)), ("never", ("0 0 30 2 *",)),
                            ("--lang", ("* * * * *", "--lang", "fr")), ("", ())):
            with self.subTest(words=words):
                self.assert_refused(part, "cron", "explain", *words)


class Import(CronCli):
    def test_the_translation_alone(self):
        for theirs, ours in (("0 15 10 ? * 2-6", "0 15 10 ? * MON-FRI"),
                             ("0 15 10 ? * 6L 2030-2035", "0 15 10 ? * FRIL 2030-2035"),
                             ("0 0 22-2 * * ?", "0 0 22-23,0-2 * * ?")):
            for source in ("quartz", "xxl"):
                with self.subTest(theirs=theirs, source=source):
                    self.assert_prints(ours + "\n", "import", source, theirs)
                    self.assertEqual(self.takt("cron", "next", ours).returncode, 0, self.told)

    def test_bad_questions(self):
        for part, words in (("quartz: day of week", ("quartz", "0 0 0 * * *")),
                            ("xxl: ", ("xxl", "0 0 * * ?")), ("", ("quartz",)),
                            ("", ("vixie", "0 0 * * *"))):
            with self.subTest(words=words):
                self.assert_refused(part, "import", *words)
