// spawn: starts an actor whose state is a plain class.
//
// The class has `using interface = caf::typed_actor<…>` (or nothing, for a dynamic actor), a
// `static inline const char* name`, a constructor that takes `interface::pointer self` first, and
// `make_behavior()`. This becomes caf::actor_from_state the day CAF 1.x is packaged.
//
// Only composition roots (tools/, and the node files that they call) choose spawn options: an actor
// spawned detached runs on a thread of its own even under the test coordinator.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <utility>

namespace takt {

template <class State>
struct state_holder {
  static inline const char* name = State::name;
  std::unique_ptr<State> state{};
};

/// Arguments are copied into the actor; pass references with std::ref or as pointers.
template <class State, caf::spawn_options Options = caf::no_spawn_options, class... Ts>
typename State::interface spawn_state(caf::actor_system& system, Ts... arguments) {
  using interface = typename State::interface;
  using self_pointer = typename interface::template stateful_pointer<state_holder<State>>;
  auto start = [](self_pointer self, Ts... xs) -> typename interface::behavior_type {
    self->state.state = std::make_unique<State>(self, std::move(xs)...);
    return self->state.state->make_behavior();
  };
  return system.spawn<Options>(start, std::move(arguments)...);
}

} // namespace takt
