// mailbag: what a dummy neighbour was sent, and the dummy itself: an actor of any typed interface
// that keeps every message and answers nothing; a test sends the answers when it wants to.
#pragma once

#include "actors/messages.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <any>
#include <deque>
#include <memory>
#include <type_traits>
#include <vector>

namespace takt::test {

class mailbag {
public:
  template <class T>
  void put(const T& m) {
    all_.emplace_back(m);
  }

  /// All of one type, oldest first; they stay.
  template <class T>
  std::vector<T> of() const {
    std::vector<T> found;
    for (const auto& m : all_)
      if (auto* each = std::any_cast<T>(&m))
        found.push_back(*each);
    return found;
  }

  /// All of one type, oldest first; they are forgotten.
  template <class T>
  std::vector<T> take() {
    auto found = of<T>();
    std::erase_if(all_, [](const std::any& m) { return m.type() == typeid(T); });
    return found;
  }

  size_t size() const noexcept { return all_.size(); }
  void clear() { all_.clear(); }

private:
  std::deque<std::any> all_;
};

using mailbag_ptr = std::shared_ptr<mailbag>;

namespace detail {

template <class Self, class In, class Out>
auto keeper(
  Self* self, const mailbag_ptr& bag,
  caf::typed_mpi<caf::detail::type_list<In>, caf::output_tuple<Out>>*) {
  if constexpr (std::is_void_v<Out>)
    return [bag](const In& m) { bag->put(m); };
  else
    return [bag, self](const In& m) -> caf::result<Out> {
      bag->put(m);
      return self->template make_response_promise<Out>();
    };
}

template <class Self, class... Signatures>
auto keeping_behavior(Self* self, const mailbag_ptr& bag, caf::detail::type_list<Signatures...>*) {
  return typename Self::behavior_type{keeper(self, bag, static_cast<Signatures*>(nullptr))...};
}

} // namespace detail

/// Spawns the dummy; its mail goes into `bag`.
template <class Interface>
Interface spawn_dummy(caf::actor_system& system, const mailbag_ptr& bag) {
  // As an argument, not captured: CAF 0.17 binds a null reference for a function without any.
  auto start = [](typename Interface::pointer self, const mailbag_ptr& into) ->
    typename Interface::behavior_type {
      using signatures = typename Interface::signatures;
      return detail::keeping_behavior(self, into, static_cast<signatures*>(nullptr));
    };
  return system.spawn(start, bag);
}

} // namespace takt::test
