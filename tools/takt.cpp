// takt: the command line. `takt dev` is everything in one process; the other commands speak REST.
#include "tools/cli.hpp"
#include "tools/dev.hpp"
#include "tools/setup_checks.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  auto parsed = takt::parse_options(takt::program::takt, argc, argv);
  if (!parsed)
    return takt::fail(takt::program::takt, parsed.failure(), 2);
  if (!parsed->print.empty())
    return (std::fputs(parsed->print.c_str(), stdout), 0);
  if (parsed->command.what == takt::verb::dev)
    return takt::run_dev(parsed->options);
  return takt::run_cli(*parsed);
}
