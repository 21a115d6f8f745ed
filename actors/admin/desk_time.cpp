#include "actors/admin/desk.hpp"

#include "actors/admin/draft.hpp"
#include "actors/admin/ledger.hpp"
#include "actors/logic/cron_explain.hpp"
#include "actors/logic/schedule.hpp"
#include "actors/logic/why.hpp"

#include <algorithm>
#include <utility>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// What a ledger shows when nothing is said.
constexpr millis ledger_stretch = 24h;

std::vector<calendar> calendars_of(const almanac& edition) {
  std::vector<calendar> all;
  for (const auto& [name, each] : edition.calendars)
    all.push_back(*each);
  return all;
}

result<desk_reply> calendar_of(const almanac& edition, const std::string& name) {
  auto found = edition.calendars.find(name);
  if (found == edition.calendars.end())
    return failure{errc::store_no_such_calendar, name};
  return desk_reply{*found->second};
}

/// One cron expression is put in words; an interval needs none.
void explain(preview_reply& reply, const job& j) {
  if (j.rules.size() != 1 || j.rules[0].kind != rule_kind::cron)
    return;
  auto put = [&j](std::string& out, language in) {
    if (auto words = explain_cron(j.rules[0].cron, in))
      out = *std::move(words);
  };
  put(reply.english, language::english);
  put(reply.chinese, language::chinese);
}

} // namespace

// -- reading ------------------------------------------------------------------------

/// False: the question is about something else.
bool desk::begin_about_time(talk t) {
  const auto& question = t->second.question;
  if (auto* q = std::get_if<ask::list_ledger>(&question))
    find_ledger(t, *q);
  else if (auto* about = std::get_if<ask::why>(&question))
    find_around(t, *about);
  else if (auto* imagined = std::get_if<ask::preview>(&question))
    answer(t, preview(*imagined));
  else if (
    std::holds_alternative<ask::forecast>(question)
    || std::holds_alternative<ask::rehearse>(question))
    ask_planner(t);
  else if (std::holds_alternative<ask::list_calendars>(question))
    answer(t, desk_reply{calendars_of(*cfg_.almanac)});
  else if (auto* named = std::get_if<ask::get_calendar>(&question))
    answer(t, calendar_of(*cfg_.almanac, named->name));
  else if (std::holds_alternative<ask::list_blackouts>(question))
    answer(t, desk_reply{cfg_.almanac->blackouts});
  else
    return false;
  return true;
}

void desk::ask_planner(talk t) {
  auto waits = [](const auto& each) { return each.second.at == step::planning; };
  auto waiting = std::count_if(conversations_.begin(), conversations_.end(), waits);
  if (static_cast<size_t>(waiting) >= cfg_.plannings_max)
    return answer(t, failure{errc::overloaded, "other forecasts are being worked out"});
  t->second.at = step::planning;
  self_->send(cfg_.planner, read_question{t->first, t->second.question});
}

void desk::find_ledger(talk t, const ask::list_ledger& q) {
  auto now = cfg_.time->wall();
  auto& talk_of = t->second;
  if (q.from && !q.to) {
    talk_of.from = *q.from;
    talk_of.to = *q.from < now ? now : *q.from + ledger_stretch;
  } else {
    talk_of.to = q.to.value_or(now);
    talk_of.from = q.from.value_or(talk_of.to - ledger_stretch);
  }
  if (talk_of.to <= talk_of.from)
    return answer(t, failure{errc::bad_field, "to: must be later than from"});
  talk_of.at = step::account;
  self_->send(
    cfg_.reader, find_account{t->first, q.job, talk_of.from, talk_of.to, q.page, std::nullopt});
}

void desk::find_around(talk t, const ask::why& q) {
  t->second.at = step::account;
  self_->send(cfg_.reader, find_account{t->first, q.job, q.at, q.at + 1ms, {}, q.at});
}

void desk::on_account(const account_found& m) {
  auto t = find(m.ticket, step::account);
  if (t == conversations_.end())
    return;
  if (!m.definition)
    return answer(t, m.definition.failure());
  auto of = schedule::of(*m.definition, cfg_.almanac);
  auto when = of ? std::optional{*std::move(of)} : std::nullopt;
  auto now = cfg_.time->wall();
  if (auto* about = std::get_if<ask::why>(&t->second.question)) {
    if (!m.place)
      return answer(t, m.place.failure());
    why_input input{*m.definition, std::move(when), about->at, now, {}, {}, {}};
    input.before = m.place->before;
    input.covering = m.place->covering;
    input.after = m.place->after;
    return answer(t, desk_reply{why_answer{about->at, why(input)}});
  }
  if (!m.rows)
    return answer(t, m.rows.failure());
  const auto& q = std::get<ask::list_ledger>(t->second.question);
  ledger_question about{t->second.from, t->second.to, q.page, now};
  answer(t, desk_reply{make_ledger(*m.rows, *m.definition, when, about)});
}

result<desk_reply> desk::preview(const ask::preview& q) const {
  auto from = q.from.value_or(cfg_.time->wall());
  auto imagined = imagined_job(q.draft, from, cfg_.almanac);
  if (!imagined)
    return imagined.failure();
  auto when = schedule::of(*imagined, cfg_.almanac);
  if (!when)
    return when.failure();
  preview_reply reply;
  reply.time_zone = imagined->time_zone;
  reply.lints = when->lints();
  explain(reply, *imagined);
  auto wanted = affordable_dues(*imagined, q.count);
  if (wanted < q.count)
    reply.lints.push_back(
      {"cut",
       "only " + std::to_string(wanted)
         + " instants are shown: its rules and calendars make each of them costly"});
  auto runs = uint64_t{0};
  auto is_over = [&] { return imagined->max_runs > 0 && runs == imagined->max_runs; };
  for (auto due = imagined->next_due; due && reply.dues.size() < wanted && !is_over();) {
    auto verdict = when->judge(*due);
    runs += verdict.runs ? 1 : 0;
    reply.dues.push_back({*due, when->in_zone().at(*due).offset, std::move(verdict)});
    due = when->fixed_delay().count() > 0 ? std::nullopt : when->next(*due);
  }
  return desk_reply{std::move(reply)};
}

// -- calendars and blackouts ----------------------------------------------------------

/// False: the question changes something else.
/// @pre this node drives some shard
bool desk::begin_changing_almanac(talk t) {
  auto now = cfg_.time->wall();
  auto& question = t->second.question;
  if (auto* q = std::get_if<ask::save_calendar>(&question)) {
    auto save = *q;
    save.what.updated_at = now;
    if (save.how == ask::save_calendar::mode::import) {
      if (auto there = calendar_of(*cfg_.almanac, save.what.name)) {
        auto dates = std::move(save.what.dates);
        save.what = std::get<calendar>(*there);
        save.what.dates = std::move(dates);
        save.what.updated_at = now;
      }
      save.how = ask::save_calendar::mode::either;
    }
    change_almanac_to(t, save, desk_reply{save.what});
  } else if (auto* b = std::get_if<ask::save_blackout>(&question)) {
    auto save = *b;
    save.what.updated_at = now;
    change_almanac_to(t, save, desk_reply{save.what});
  } else if (auto* gone = std::get_if<ask::remove_calendar>(&question)) {
    change_almanac_to(t, *gone, desk_reply{done{}});
  } else if (auto* over = std::get_if<ask::remove_blackout>(&question)) {
    change_almanac_to(t, *over, desk_reply{done{}});
  } else {
    return false;
  }
  return true;
}

void desk::change_almanac_to(talk t, decltype(change_almanac::change) change, desk_reply reply) {
  const auto& [shard, epoch] = *grants_.begin();
  t->second.at = step::changed;
  t->second.reply = std::move(reply);
  self_->send(cfg_.store, change_almanac{t->first, grant{shard, epoch}, std::move(change)});
}

/// Whoever is told of success must find it: the answer waits until the edition is here.
void desk::on_almanac_stored(const almanac_stored& m) {
  auto t = find(m.ticket, step::changed);
  if (t == conversations_.end())
    return;
  if (!m.outcome)
    return answer(t, m.outcome.failure());
  if (cfg_.almanac->revision >= *m.outcome)
    return answer(t, std::move(t->second.reply));
  t->second.at = step::published;
  t->second.revision = *m.outcome;
  self_->send(cfg_.keeper, look_at_almanac{});
}

void desk::on_almanac(const almanac_here& m) {
  cfg_.almanac = m.edition;
  for (auto t = conversations_.begin(); t != conversations_.end();) {
    auto each = t++;
    if (each->second.at == step::published && each->second.revision <= cfg_.almanac->revision)
      answer(each, std::move(each->second.reply));
  }
}

} // namespace takt
