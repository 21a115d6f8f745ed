// recent: remembers what was put into it for at least one span of time, at most two, and then
// forgets it by itself. Two generations; no instant per entry. Owned by one actor; monotonic time.
#pragma once

#include "proto/time.hpp"

#include <optional>
#include <unordered_map>
#include <utility>

namespace takt {

template <class Key, class Value>
class recent {
public:
  explicit recent(millis span) : span_(span) {}

  void put(const Key& key, Value value) { fresh_.insert_or_assign(key, std::move(value)); }

  /// nullptr when unknown or forgotten. Valid until the next change.
  const Value* find(const Key& key) const {
    if (auto found = fresh_.find(key); found != fresh_.end())
      return &found->second;
    auto found = older_.find(key);
    return found == older_.end() ? nullptr : &found->second;
  }

  void erase(const Key& key) {
    fresh_.erase(key);
    older_.erase(key);
  }

  void clear() {
    fresh_.clear();
    older_.clear();
  }

  /// Time passed; to be called at least once per span.
  void tick(mono_time now) {
    if (!since_)
      since_ = now;
    if (now - *since_ < span_)
      return;
    since_ = now;
    older_ = std::exchange(fresh_, {});
  }

private:
  millis span_;
  std::unordered_map<Key, Value> fresh_{};
  std::unordered_map<Key, Value> older_{};
  std::optional<mono_time> since_{};
};

} // namespace takt
