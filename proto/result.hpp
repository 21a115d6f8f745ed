// result<T>: a value, or a failure with a code of the one error table (errc.def).
//
// Expected refusals travel as results through every layer; exceptions are for broken promises only
// and end at the library that threw them. Immutable once made; copies are independent.
#pragma once

#include "proto/errc.hpp"

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace takt {

/// Why something was refused: a code to act on, and one sentence for people.
struct failure {
  errc code = errc::internal;
  std::string context{};

  /// "<text of the code>: <context>", or the text alone.
  std::string message() const;

  bool operator==(const failure&) const = default;
};

template <class T>
class [[nodiscard]] result {
public:
  using value_type = T;

  result() : state_(takt::failure{errc::internal, "no answer"}) {}
  result(T value) : state_(std::move(value)) {}
  result(takt::failure why) : state_(std::move(why)) {}
  result(errc code) : state_(takt::failure{code, {}}) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// @pre has_value()
  T& value() & { return (assert(has_value()), std::get<0>(state_)); }
  const T& value() const& { return (assert(has_value()), std::get<0>(state_)); }
  T&& value() && { return (assert(has_value()), std::get<0>(std::move(state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  /// By value, so that `for (auto& x : *call())` has something to walk over.
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// @pre !has_value()
  const takt::failure& failure() const { return (assert(!has_value()), std::get<1>(state_)); }

  /// The failure's code, or errc::ok.
  errc code() const noexcept { return has_value() ? errc::ok : std::get<1>(state_).code; }

private:
  std::variant<T, takt::failure> state_;
};

/// Success without a value.
struct done {
  bool operator==(const done&) const = default;
};

template <>
class [[nodiscard]] result<void> {
public:
  using value_type = void;

  result() = default;
  result(done) {}
  result(takt::failure why) : why_(std::move(why)) {}
  result(errc code) : why_(takt::failure{code, {}}) {}

  bool has_value() const noexcept { return !why_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  const takt::failure& failure() const { return (assert(why_.has_value()), *why_); }
  errc code() const noexcept { return why_ ? why_->code : errc::ok; }

private:
  std::optional<takt::failure> why_{};
};

} // namespace takt
