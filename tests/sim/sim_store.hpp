// sim_store: the simulator's store: a faulty_store that may also be slow (virtual time passes while
// it commits) and may carry a planted fault, the canary that the oracle must find. One thread.
#pragma once

#include "tests/support/faulty_store.hpp"
#include "tests/support/virtual_clock.hpp"

namespace takt::sim {

class sim_store : public test::faulty_store {
public:
  sim_store(store& inner, test::virtual_clock& time)
    : faulty_store(inner, {}), inner_rows_(inner), time_(time) {}

  /// From now on each commit takes so long.
  void set_slowness(millis per_commit) { slowness_ = per_commit; }
  /// One fire in so many advances the cursor without inserting its first run; 0: none.
  void plant_canary(uint64_t one_in) { canary_one_in_ = one_in; }
  uint64_t canaries() const noexcept { return canaries_; }

  result<void> commit() override {
    if (slowness_ > millis{0})
      time_.advance(slowness_);
    return faulty_store::commit();
  }

  result<fired> fire(const fire_request& request) override {
    auto planned = !request.entries.empty() && request.entries[0].kind == run_kind::planned
      && request.entries[0].state == run_state::pending;
    if (canary_one_in_ == 0 || !planned || ++fires_ % canary_one_in_ != 0)
      return faulty_store::fire(request);
    ++canaries_;
    auto without = request;
    without.entries.erase(without.entries.begin());
    // An empty request would leave next_due alone; the fault is that it moves.
    if (without.entries.empty()) {
      auto stored = inner_rows_.find_job(request.job);
      if (!stored)
        return stored.failure();
      auto moved = inner_rows_.replan(
        {request.grant, request.job, request.version, stored->next_due, request.next_due,
         request.zone_version, request.calendar_revision});
      if (!moved)
        return moved.failure();
      return fired{request.job, {}, request.next_due, stored->fired_runs, {}, false};
    }
    return faulty_store::fire(without);
  }

private:
  store& inner_rows_;
  test::virtual_clock& time_;
  millis slowness_{};
  uint64_t canary_one_in_ = 0;
  uint64_t fires_ = 0;
  uint64_t canaries_ = 0;
};

} // namespace takt::sim
