#include "tools/config/option_page.hpp"

#include "tools/config/option_table.hpp"

namespace takt {

namespace {

constexpr part all_parts[] = {part::dev, part::scheduler, part::broker, part::worker, part::cli};

constexpr std::string_view head = R"(# Configuration

<!-- Printed from tools/config/options.def by `takt config-page`; a test compares. Do not edit. -->

Every option has one name in three places: the flag `--lease-ttl`, the environment variable
`TAKT_LEASE_TTL` and the key `lease-ttl` in the file that `--config FILE` (or `TAKT_CONFIG`) names. The
flag wins over the environment, that over the file, that over the default. A value out of its bounds
is refused at start with one line, exit code 2. Every change needs a restart unless the table says
otherwise.

Durations are `500ms`, `3s`, `10m`, `1h`, or plain seconds. Lists are comma separated, or a TOML array
in the file. Flags are `true` or `false` in the environment and the file. A section holds for one
program only, so that one file serves a host:

```toml
log-level = "info"

[scheduler]
listen = "127.0.0.1:8080"
brokers = ["tcp://127.0.0.1:7701"]

[worker]
brokers = ["tcp://127.0.0.1:7702"]
slots = 16
```

The sections are `[dev]`, `[scheduler]`, `[broker]`, `[worker]` and `[cli]` (the commands of `takt`
that speak REST).

)";

std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|')
      out += '\\';
    out += c;
  }
  return out;
}

std::string default_cell(std::string_view text) {
  return text.empty() ? "" : "`" + cell(text) + "`";
}

void add_table(std::string& page, part p) {
  page += "## " + std::string{to_string(p)} + "\n\n";
  page += "| option | kind | default | bounds | what it does |\n|---|---|---|---|---|\n";
  for (const auto& row : option_rows()) {
    if (!row.parts.has(p))
      continue;
    page += "| `" + std::string{row.key} + "` | " + std::string{row.kind} + " | "
      + default_cell(default_of(row, p)) + " | " + cell(bounds_text(row)) + " | " + cell(row.help)
      + (row.needs_restart ? "" : ". Takes effect at once") + " |\n";
  }
  page += '\n';
}

} // namespace

std::string option_page() {
  std::string page{head};
  for (auto p : all_parts)
    add_table(page, p);
  page.pop_back();
  return page;
}

} // namespace takt
