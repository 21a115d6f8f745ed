// takt-sim: the simulator as a program: one seed, one story; the same seed, the same story.
//
//   takt-sim --seed N [--jobs N] [--days N] [--store memory|sqlite] [--no-faults] [--canary ONE_IN]
//
// Exits 0 when the oracle found nothing wrong, 1 when it did (and prints the command that shows it
// again), 2 for a wrong use.
#include "proto/rfc3339.hpp"
#include "tests/sim/sim_oracle.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

int wrong_use(const std::string& why) {
  std::fprintf(stderr, "takt-sim: %s\n", why.c_str());
  std::fprintf(
    stderr,
    "usage: takt-sim --seed N [--jobs N] [--days N] [--store memory|sqlite] [--no-faults]"
    " [--canary ONE_IN]\n");
  return 2;
}

/// Decimal, or hexadecimal with 0x: a commit's hash.
uint64_t seed_from(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, text.starts_with("0x") ? 16 : 10);
}

} // namespace

int main(int argc, char** argv) {
  takt::sim::sim_config cfg;
  std::string command = "takt-sim";
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    command += " " + flag;
    if (flag == "--no-faults") {
      cfg.faults = false;
      continue;
    }
    if (i + 1 >= argc)
      return wrong_use(flag + " needs a value, or is not known");
    std::string given = argv[++i];
    command += " " + given;
    if (flag == "--seed")
      cfg.seed = seed_from(given);
    else if (flag == "--jobs")
      cfg.jobs = std::strtoull(given.c_str(), nullptr, 10);
    else if (flag == "--days")
      cfg.days = std::atoi(given.c_str());
    else if (flag == "--store" && (given == "memory" || given == "sqlite"))
      cfg.sqlite = given == "sqlite";
    else if (flag == "--canary")
      cfg.canary_one_in = std::strtoull(given.c_str(), nullptr, 10);
    else
      return wrong_use("unknown " + flag + " " + given);
  }
  if (cfg.jobs < 1 || cfg.jobs > 100'000 || cfg.days < 1 || cfg.days > 1'500)
    return wrong_use("1 to 100000 jobs, 1 to 1500 days");

  auto began = takt::os_clock().mono();
  takt::sim::sim_world world{cfg};
  world.run();
  auto played = takt::os_clock().mono();
  auto found = takt::sim::judge(world);
  auto judged = takt::os_clock().mono();
  auto seconds = [](auto span) { return std::chrono::duration<double>(span).count(); };
  std::printf(
    "seed %llu: %zu jobs, %d days, %zu troubles, %llu restarts: %llu dues in %llu rows"
    " (%llu ran, %llu skipped, %llu missed); %llu dues of %llu jobs recomputed second by second;"
    " played in %.1f s, judged in %.1f s\n",
    static_cast<unsigned long long>(cfg.seed), cfg.jobs, cfg.days, world.troubles().size(),
    static_cast<unsigned long long>(world.restarts()), static_cast<unsigned long long>(found.dues),
    static_cast<unsigned long long>(found.rows), static_cast<unsigned long long>(found.ran),
    static_cast<unsigned long long>(found.skipped), static_cast<unsigned long long>(found.missed),
    static_cast<unsigned long long>(found.sampled_dues),
    static_cast<unsigned long long>(found.sampled_jobs), seconds(played - began),
    seconds(judged - played));
  if (found.faults_in_all == 0)
    return 0;
  for (const auto& t : world.troubles())
    std::printf(
      "  %s to %s: %s\n", takt::to_rfc3339(t.begin).c_str(), takt::to_rfc3339(t.end).c_str(),
      std::string{takt::to_string(t.cause)}.c_str());
  for (const auto& f : found.faults)
    std::printf("  %s\n", f.c_str());
  std::printf(
    "%llu faults; to see them again: %s\n", static_cast<unsigned long long>(found.faults_in_all),
    command.c_str());
  return 1;
}
