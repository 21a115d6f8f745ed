#include "actors/logic/routing.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <compare>
#include <vector>

namespace takt {

namespace {

constexpr std::array<std::string_view, 5> no_fit_names = {
  "none", "no_executor", "pinned_away", "none_with_type", "no_credit"};

/// credit / slots as a fraction, compared without dividing.
std::strong_ordering by_free_share(const candidate& a, const candidate& b) {
  auto left = uint64_t{a.credit} * std::max(b.slots, 1u);
  auto right = uint64_t{b.credit} * std::max(a.slots, 1u);
  return left <=> right;
}

struct policy_row {
  routing_policy policy;
  std::string_view name;
  /// greater: the first one is to be preferred.
  std::strong_ordering (*compare)(const candidate&, const candidate&);
};

constexpr std::array<policy_row, 1> policies = {{
  {routing_policy::least_loaded, "least_loaded", by_free_share},
}};

const policy_row& row_of(routing_policy policy) {
  auto i = static_cast<size_t>(policy);
  assert(i < policies.size() && policies[i].policy == policy);
  return policies[i];
}

bool offers(const candidate& c, std::string_view type) {
  return std::find(c.task_types.begin(), c.task_types.end(), type) != c.task_types.end();
}

/// The best of the fitting ones: several when they are equal.
std::vector<size_t>
best_of(std::span<const candidate> candidates, const ready_demand& demand, no_fit& nearest_miss) {
  auto compare = row_of(demand.policy).compare;
  std::vector<size_t> best;
  auto missed_by = [&](no_fit why) { nearest_miss = std::max(nearest_miss, why); };
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto& c = candidates[i];
    if (!demand.pinned.empty() && c.id != demand.pinned) {
      missed_by(no_fit::pinned_away);
    } else if (!offers(c, demand.task_type)) {
      missed_by(no_fit::none_with_type);
    } else if (c.credit == 0) {
      missed_by(no_fit::no_credit);
    } else {
      auto order = best.empty() ? std::strong_ordering::greater : compare(c, candidates[best[0]]);
      if (order > 0)
        best.clear();
      if (order >= 0)
        best.push_back(i);
    }
  }
  return best;
}

} // namespace

std::string_view to_string(no_fit why) noexcept {
  return no_fit_names[static_cast<size_t>(why)];
}

std::string_view to_string(routing_policy policy) noexcept {
  return row_of(policy).name;
}

routing_choice pick_executor(std::span<const candidate> candidates, const ready_demand& demand) {
  // The reasons are declared from the farthest miss to the nearest.
  auto why = no_fit::no_executor;
  auto best = best_of(candidates, demand, why);
  if (best.empty())
    return {std::nullopt, why};
  auto chosen = best.begin() + static_cast<std::ptrdiff_t>(demand.turn % best.size());
  std::nth_element(best.begin(), chosen, best.end(), [&](size_t a, size_t b) {
    return candidates[a].id < candidates[b].id;
  });
  return {*chosen, no_fit::none};
}

} // namespace takt
