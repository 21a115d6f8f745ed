#include "actors/admin/draft.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

const auto now = wall_from_ms(1'700'000'000'000); // 2023-11-14T22:13:20Z
const job_id id{{1, 2, 3}};

job_draft minimal() {
  job_draft d;
  d.name = "n";
  d.task_type = "SHELL_COMMAND";
  return d;
}

job stored_cron() {
  auto d = minimal();
  d.cron_spec = "*/10 * * * * *";
  return *new_job(d, id, now);
}

TEST(draft, a_minimal_draft_becomes_a_manual_job_with_defaults) {
  auto j = new_job(minimal(), id, now);
  ASSERT_TRUE(j);
  EXPECT_EQ(j->id, id);
  EXPECT_EQ(j->version, 1u);
  EXPECT_EQ(j->timeout_s, 60);
  EXPECT_EQ(j->retry_times, 0u);
  EXPECT_EQ(j->created_at, now);
  EXPECT_EQ(j->updated_at, now);
  EXPECT_EQ(j->anchor, now);
  EXPECT_FALSE(j->next_due);
}

TEST(draft, a_new_job_is_first_due_after_now) {
  auto d = minimal();
  d.interval_s = 20;
  EXPECT_EQ(new_job(d, id, now)->next_due, now + std::chrono::seconds{20});
  EXPECT_EQ(stored_cron().next_due, now + std::chrono::seconds{10});
}

TEST(draft, a_job_made_paused_has_no_next_due) {
  auto d = minimal();
  d.interval_s = 20;
  d.paused = true;
  EXPECT_FALSE(new_job(d, id, now)->next_due);
}

struct bad_draft {
  std::string name;
  std::function<void(job_draft&)> spoil;
  errc code;
  std::vector<std::string> says;
};

class refused_draft : public testing::TestWithParam<bad_draft> {};

TEST_P(refused_draft, names_field_and_value) {
  auto d = minimal();
  GetParam().spoil(d);
  auto j = new_job(d, id, now);
  ASSERT_FALSE(j);
  EXPECT_EQ(j.code(), GetParam().code);
  for (const auto& word : GetParam().says)
    EXPECT_NE(j.failure().context.find(word), std::string::npos)
      << word << " in: " << j.failure().context;
}

INSTANTIATE_TEST_SUITE_P(
  each, refused_draft,
  testing::Values(
    bad_draft{"no_name", [](auto& d) { d.name.reset(); }, errc::bad_field, {"name"}},
    bad_draft{"empty_name", [](auto& d) { d.name = ""; }, errc::bad_field, {"name"}},
    bad_draft{
      "long_name",
      [](auto& d) { d.name = std::string(256, 'x'); },
      errc::bad_field,
      {"name", "xxx", "256", "255"}},
    bad_draft{"line_in_name", [](auto& d) { d.name = "a\nb"; }, errc::bad_field, {"name", "a\nb"}},
    bad_draft{
      "long_description",
      [](auto& d) { d.description = std::string((16 << 10) + 1, 'x'); },
      errc::bad_field,
      {"description"}},
    bad_draft{"no_type", [](auto& d) { d.task_type.reset(); }, errc::bad_field, {"job_type"}},
    bad_draft{
      "blank_in_type",
      [](auto& d) { d.task_type = "MY TYPE"; },
      errc::bad_field,
      {"job_type", "MY TYPE"}},
    bad_draft{
      "long_type",
      [](auto& d) { d.task_type = std::string(65, 'T'); },
      errc::bad_field,
      {"job_type", "64"}},
    bad_draft{
      "negative_timeout", [](auto& d) { d.timeout_s = -5; }, errc::bad_field, {"timeout", "-5"}},
    bad_draft{
      "endless_timeout",
      [](auto& d) { d.timeout_s = INT64_MAX; },
      errc::bad_field,
      {"timeout", "9223372036854775807"}},
    bad_draft{
      "negative_interval", [](auto& d) { d.interval_s = -1; }, errc::bad_field, {"interval", "-1"}},
    bad_draft{
      "too_many_retries",
      [](auto& d) { d.retry_times = 101; },
      errc::bad_field,
      {"retry_times", "101"}},
    bad_draft{
      "negative_retries",
      [](auto& d) { d.retry_times = -1; },
      errc::bad_field,
      {"retry_times", "-1"}},
    bad_draft{
      "odd_executor", [](auto& d) { d.executor = "a b"; }, errc::bad_field, {"executor_id", "a b"}},
    bad_draft{
      "both_schedules",
      [](auto& d) {
        d.cron_spec = "* * * * *";
        d.interval_s = 5;
      },
      errc::bad_schedule,
      {"cron_spec", "interval"}},
    bad_draft{
      "cron_out_of_range",
      [](auto& d) { d.cron_spec = "0 61 * * * *"; },
      errc::bad_schedule,
      {"minute", "61"}},
    bad_draft{
      "bad_cron_of_a_paused_job",
      [](auto& d) {
        d.cron_spec = "nonsense";
        d.paused = true;
      },
      errc::bad_schedule,
      {"cron_spec"}}),
  [](const auto& each_one) { return each_one.param.name; });

TEST(draft, what_is_not_mentioned_stays) {
  auto before = stored_cron();
  job_draft d;
  d.payload = "echo";
  auto later = now + std::chrono::minutes{1};
  auto after = merged(before, d, later);
  ASSERT_TRUE(after);
  auto expected = before;
  expected.payload = "echo";
  expected.updated_at = later;
  EXPECT_EQ(*after, expected);
}

TEST(draft, a_change_that_leaves_the_schedule_keeps_even_an_overdue_next_due) {
  auto before = stored_cron();
  before.next_due = now - std::chrono::hours{1};
  job_draft d;
  d.name = "other";
  EXPECT_EQ(merged(before, d, now)->next_due, before.next_due);
}

TEST(draft, naming_an_interval_ends_the_cron_spec_and_anchors_at_now) {
  auto later = now + std::chrono::milliseconds{1234};
  job_draft d;
  d.interval_s = 7;
  auto after = merged(stored_cron(), d, later);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->cron_spec, "");
  EXPECT_EQ(after->anchor, later);
  EXPECT_EQ(after->next_due, later + std::chrono::seconds{7});
}

TEST(draft, naming_a_cron_spec_ends_the_interval) {
  auto d = minimal();
  d.interval_s = 7;
  auto before = *new_job(d, id, now);
  job_draft change;
  change.cron_spec = "0 0 * * * *";
  auto after = merged(before, change, now);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->interval_s, 0);
  EXPECT_EQ(after->cron_spec, "0 0 * * * *");
}

TEST(draft, naming_both_schedules_is_refused_also_in_a_change) {
  job_draft d;
  d.cron_spec = "0 0 * * * *";
  d.interval_s = 7;
  EXPECT_EQ(merged(stored_cron(), d, now).code(), errc::bad_schedule);
}

TEST(draft, an_empty_cron_spec_and_no_interval_make_the_job_manual) {
  job_draft d;
  d.cron_spec = "";
  auto after = merged(stored_cron(), d, now);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->cron_spec, "");
  EXPECT_FALSE(after->next_due);
}

TEST(draft, the_same_interval_keeps_its_anchor) {
  auto d = minimal();
  d.interval_s = 7;
  auto before = *new_job(d, id, now);
  auto after = merged(before, d, now + std::chrono::seconds{3});
  ASSERT_TRUE(after);
  EXPECT_EQ(after->anchor, now);
  EXPECT_EQ(after->next_due, before.next_due);
}

TEST(draft, pausing_ends_the_dues_and_resuming_starts_them_after_now_on_the_old_grid) {
  auto d = minimal();
  d.interval_s = 10;
  auto before = *new_job(d, id, now);
  job_draft pause;
  pause.paused = true;
  auto paused = merged(before, pause, now + std::chrono::seconds{4});
  ASSERT_TRUE(paused);
  EXPECT_FALSE(paused->next_due);
  job_draft resume;
  resume.paused = false;
  auto resumed = merged(*paused, resume, now + std::chrono::seconds{65});
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->next_due, now + std::chrono::seconds{70});
}

TEST(draft, built_in_and_announced_task_types_are_known) {
  EXPECT_TRUE(is_built_in("SHELL_COMMAND"));
  EXPECT_TRUE(is_built_in("HTTP_CALLBACK"));
  EXPECT_FALSE(is_built_in("GO_FUNCTION"));
  EXPECT_TRUE(check_task_type("SHELL_COMMAND", {}));
  EXPECT_TRUE(check_task_type("WORDS", {"WORDS"}));
}

TEST(draft, an_unknown_task_type_is_refused_with_the_known_ones) {
  auto no = check_task_type("GO_FUNCTION", {"WORDS", "SHELL_COMMAND"});
  EXPECT_EQ(no.code(), errc::unknown_task_type);
  EXPECT_EQ(
    no.failure().context,
    "job_type: \"GO_FUNCTION\" is not known; known are HTTP_CALLBACK, SHELL_COMMAND, WORDS");
}

TEST(draft, a_refusal_of_a_task_type_names_fifty_at_most) {
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back("T" + std::to_string(i));
  EXPECT_LT(check_task_type("X", many).failure().context.size(), 500u);
}

} // namespace

} // namespace takt
