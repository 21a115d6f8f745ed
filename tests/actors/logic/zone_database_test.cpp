#include "actors/logic/zone_database.hpp"

#include "tests/support/temp_folder.hpp"
#include "tests/support/tzif_file.hpp"
#include "tests/support/zones.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace takt {

namespace {

using std::chrono::seconds;
using test::database;
using test::tzif_file;

TEST(zone_database, the_systems_has_its_version_and_all_its_zones) {
  const auto& all = database();
  EXPECT_EQ(all.version().size(), 5u) << all.version();
  EXPECT_TRUE(all.version().starts_with("20")) << all.version();
  auto names = all.names();
  EXPECT_GT(names.size(), 300u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_TRUE(std::binary_search(names.begin(), names.end(), "Europe/Berlin"));
  EXPECT_TRUE(std::binary_search(names.begin(), names.end(), "UTC"));
  EXPECT_FALSE(std::binary_search(names.begin(), names.end(), "Etc/UTC"));
  EXPECT_FALSE(std::binary_search(names.begin(), names.end(), "US/Eastern"));
  for (const auto& name : names)
    EXPECT_EQ(all.find(name).value()->name(), name);
}

TEST(zone_database, a_link_gives_the_zone_it_leads_to) {
  for (auto [link, name] :
       {std::pair{"US/Eastern", "America/New_York"},
        {"Asia/Calcutta", "Asia/Kolkata"},
        {"GB", "Europe/London"},
        {"Eire", "Europe/Dublin"},
        {"GMT", "Etc/GMT"}})
    EXPECT_EQ(database().find(link).value(), database().find(name).value()) << link;
  EXPECT_EQ(database().find("US/Eastern").value()->name(), "America/New_York");
}

TEST(zone_database, every_name_of_utc_is_utc_everywhere) {
  for (auto name : {"", "UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Zulu"}) {
    EXPECT_EQ(database().find(name).value(), zone::utc()) << name;
    EXPECT_EQ(zone_database::utc_only()->find(name).value(), zone::utc()) << name;
  }
}

TEST(zone_database, without_tzdata_there_is_utc) {
  auto none = zone_database::utc_only();
  EXPECT_EQ(none->version(), "none");
  EXPECT_EQ(none->names(), std::vector<std::string>{"UTC"});
  EXPECT_EQ(
    none->find("Europe/Berlin").failure().context, "time_zone: unknown zone \"Europe/Berlin\"");
}

TEST(zone_database, an_unknown_zone_is_answered_with_the_nearest) {
  for (auto [given, meant] :
       {std::pair{"Europe/Belin", "Europe/Berlin"},
        {"europe/berlin", "Europe/Berlin"},
        {"utc", "UTC"},
        {"zulu", "Zulu"},
        {"America/NewYork", "America/New_York"},
        {"AMERICA/NEW_YORK", "America/New_York"},
        {"Berlin", "Europe/Berlin"},
        {"Kathmandu", "Asia/Kathmandu"}}) {
    auto refused = database().find(given);
    ASSERT_FALSE(refused) << given;
    EXPECT_EQ(refused.code(), errc::bad_schedule);
    EXPECT_EQ(
      refused.failure().context,
      "time_zone: unknown zone \"" + std::string{given} + "\"; did you mean \"" + meant + "\"?");
  }
}

TEST(zone_database, what_is_near_to_nothing_gets_no_guess) {
  for (auto given : {"Middle/Earth", "+02:00", "../../etc/passwd"})
    EXPECT_EQ(
      database().find(given).failure().context,
      "time_zone: unknown zone \"" + std::string{given} + "\"");
  auto refused = database().find(std::string(100'000, 'x'));
  EXPECT_LT(refused.failure().context.size(), 200u);
}

// -- folders made by hand -----------------------------------------------------------

class made_by_hand : public testing::Test {
protected:
  void write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(std::filesystem::path{folder_.file(name)}.parent_path());
    std::ofstream{folder_.file(name), std::ios::binary} << bytes;
  }
  auto load() const { return zone_database::load(folder_.path()); }
  std::string refusal() const {
    auto out = load();
    EXPECT_EQ(out.code(), errc::bad_schedule);
    return out ? "" : out.failure().context;
  }

  test::temp_folder folder_{};
};

TEST_F(made_by_hand, links_are_followed_wherever_they_stand) {
  tzif_file f;
  f.footer = "AAA-3";
  write("A/B", f.bytes());
  write("tzdata.zi", "# version 2030z\n# more\nR d 1 2\nL C D\nZ A/B 3 - AAA\n4 - BBB\nL A/B C\n");
  auto all = load();
  ASSERT_TRUE(all) << all.failure().message();
  EXPECT_EQ((*all)->version(), "2030z");
  EXPECT_EQ((*all)->find("D").value()->name(), "A/B");
  EXPECT_EQ((*all)->find("D").value()->at(wall_time{}).offset, seconds{3 * 3600});
  EXPECT_EQ((*all)->names(), (std::vector<std::string>{"A/B", "UTC"}));
}

TEST_F(made_by_hand, a_folder_that_is_no_database_is_refused) {
  EXPECT_EQ(refusal(), "time zone database: cannot read " + folder_.file("tzdata.zi"));
  write("tzdata.zi", "");
  EXPECT_EQ(refusal(), "time zone database: tzdata.zi is empty");
  write("tzdata.zi", "Z A/B 0 - A\n");
  EXPECT_EQ(refusal(), "time zone database: tzdata.zi does not begin with \"# version\"");
  write("tzdata.zi", "# version 2030z\n");
  EXPECT_EQ(refusal(), "time zone database: tzdata.zi is empty");
  std::filesystem::remove(folder_.file("tzdata.zi"));
  std::filesystem::create_directory(folder_.file("tzdata.zi"));
  EXPECT_EQ(refusal(), "time zone database: cannot read " + folder_.file("tzdata.zi"));
}

TEST_F(made_by_hand, a_zone_that_is_missing_or_damaged_is_named) {
  write("tzdata.zi", "# version 2030z\nZ A/B 0 - A\n");
  EXPECT_EQ(refusal(), "time zone database: cannot read " + folder_.file("A/B"));
  write("A/B", "TZif");
  EXPECT_EQ(
    refusal(), "time zone database: " + folder_.file("A/B") + ": time zone data: cut short");
}

TEST_F(made_by_hand, names_cannot_lead_out_of_the_folder) {
  for (auto line : {"Z ../x 0 - A", "Z /etc/passwd 0 - A", "Z", "L A", "L A .", "Z A\\B 0"}) {
    write("tzdata.zi", std::string{"# version 2030z\n"} + line + "\n");
    EXPECT_EQ(
      refusal(),
      std::string{"time zone database: tzdata.zi has a malformed line \""} + line + "\"");
  }
}

TEST_F(made_by_hand, links_that_lead_nowhere_are_refused) {
  write("A", tzif_file{}.bytes());
  for (auto links : {"L Nowhere B\n", "L C B\nL B C\n", "L B B\n"}) {
    write("tzdata.zi", std::string{"# version 2030z\nZ A 0 - A\n"} + links);
    EXPECT_EQ(refusal(), "time zone database: the link B of tzdata.zi leads to no zone") << links;
  }
}

} // namespace

} // namespace takt
