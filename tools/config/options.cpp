#include "tools/config/options.hpp"

#include "tools/config/commands_cli.hpp"
#include "tools/config/config_file.hpp"
#include "tools/config/option_table.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdlib>
#include <deque>

namespace takt {

namespace {

constexpr const char* footer =
  "Every option is also an environment variable (--lease-ttl: TAKT_LEASE_TTL) and a key of the "
  "file "
  "given with --config. Flag, environment, file, default: the first that says something wins.";

/// What CLI11 collects: texts only, so that all sources are checked by the same code.
struct collected {
  option_texts flags{};
  std::string config_path{};
  /// Where CLI11 puts what it reads; addresses must stay.
  std::deque<std::pair<const option_row*, std::vector<std::string>>> slots{};
};

void add_option(CLI::App& app, collected& into, const option_row& row, part p) {
  auto flag = "--" + std::string{row.key};
  std::string help{row.help};
  if (row.kind == "flag") {
    app.add_flag_callback(
      flag, [&into, key = std::string{row.key}] { into.flags[key] = {"true"}; }, help);
    return;
  }
  auto& slot = into.slots.emplace_back(&row, std::vector<std::string>{}).second;
  std::string kind{row.kind};
  std::transform(kind.begin(), kind.end(), kind.begin(), [](char c) {
    return static_cast<char>(c - 'a' + 'A');
  });
  auto* option = app.add_option(flag, slot, help)->type_name(kind);
  option->default_str(std::string{default_of(row, p)});
  if (row.kind == "list")
    option->allow_extra_args(false);
  else
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_options(CLI::App& app, collected& into, part p) {
  for (const auto& row : option_rows())
    if (row.parts.has(p))
      add_option(app, into, row, p);
  app.add_option("--config", into.config_path, "Read options from this file (TOML or INI)");
  app.footer(footer);
}

result<void> assign(
  options& out, const option_row& row, const std::vector<std::string>& texts,
  const std::string& source) {
  if (texts.empty())
    return failure{errc::setup_bad_option, source + ": a value is missing"};
  auto set = row.assign(out, texts, row);
  if (!set)
    return failure{errc::setup_bad_option, source + ": " + set.failure().context};
  return {};
}

/// Later layers overwrite earlier ones; each is checked even when it is overwritten, so that a typo
/// in a file does not wait for the day when the flag is left out.
result<options> layered(const collected& given, part p, environment env) {
  options out;
  option_texts from_file;
  auto path = given.config_path;
  if (const auto* text = env("TAKT_CONFIG"); path.empty() && text != nullptr)
    path = text;
  if (!path.empty()) {
    auto file = read_config_file(path, p);
    if (!file)
      return file.failure();
    from_file = std::move(*file);
  }
  auto ttl_given = false;
  for (const auto& row : option_rows()) {
    auto set = assign(out, row, {std::string{default_of(row, p)}}, "the default");
    if (!row.parts.has(p))
      continue;
    auto key = std::string{row.key};
    auto layers = 0;
    if (auto texts = from_file.find(key); set && texts != from_file.end() && ++layers > 0)
      set = assign(out, row, texts->second, key + " in " + path);
    auto variable = variable_of(key);
    if (const auto* text = env(variable.c_str()); set && text != nullptr && ++layers > 0)
      set = assign(out, row, {text}, variable);
    if (auto texts = given.flags.find(key); set && texts != given.flags.end() && ++layers > 0)
      set = assign(out, row, texts->second, "--" + key);
    if (!set)
      return set.failure();
    ttl_given = ttl_given || (row.key == "lease-ttl" && layers > 0);
  }
  if (ttl_given)
    out.lock_ttl = out.lease_ttl;
  return out;
}

part part_of(program which, verb what) {
  switch (which) {
  case program::scheduler:
    return part::scheduler;
  case program::broker:
    return part::broker;
  case program::worker:
    return part::worker;
  case program::takt:
    return what == verb::dev ? part::dev : part::cli;
  }
  return part::cli;
}

const char* summary_of(program which) {
  switch (which) {
  case program::takt:
    return "takt, a distributed job scheduler: the command line, and `takt dev`.";
  case program::scheduler:
    return "A scheduler node of takt: decides what runs when, keeps the store, answers REST.";
  case program::broker:
    return "The broker of takt: forwards frames between schedulers and workers.";
  case program::worker:
    return "A worker of takt: runs tasks.";
  }
  return "";
}

std::string first_line(std::string text) {
  if (auto end = text.find('\n'); end != std::string::npos)
    text.erase(end);
  return text;
}

} // namespace

std::string_view to_string(program p) noexcept {
  switch (p) {
  case program::takt:
    return "takt";
  case program::scheduler:
    return "takt-scheduler";
  case program::broker:
    return "takt-broker";
  case program::worker:
    return "takt-worker";
  }
  return "";
}

result<parsed> parse_options(program which, int argc, const char* const* argv) {
  return parse_options(which, argc, argv, [](const char* name) -> const char* {
    return std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread is started
  });
}

result<parsed> parse_options(program which, int argc, const char* const* argv, environment env) {
  parsed out;
  collected given;
  const auto name = std::string{to_string(which)};
  CLI::App app{summary_of(which), name};
  app.set_version_flag("--version", name + " " TAKT_VERSION);
  if (which == program::takt) {
    add_commands(app, out.command, [&given](CLI::App& sub, bool is_dev) {
      add_options(sub, given, is_dev ? part::dev : part::cli);
    });
  } else {
    add_options(app, given, part_of(which, verb::dev));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out.print = app.help();
    return out;
  } catch (const CLI::CallForVersion&) {
    out.print = name + " " TAKT_VERSION "\n";
    return out;
  } catch (const CLI::Error& e) {
    return failure{errc::setup_bad_option, first_line(e.what()) + " (try " + name + " --help)"};
  }
  for (const auto& [row, texts] : given.slots)
    if (!texts.empty())
      given.flags[std::string{row->key}] = texts;
  auto read = layered(given, part_of(which, out.command.what), env);
  if (!read)
    return read.failure();
  out.options = std::move(*read);
  return out;
}

} // namespace takt
