// fake_link: a link that keeps what is sent, and a listener to speak through. One thread.
#pragma once

#include "broker/link.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace takt::test {

/// What the test sees of the link; outlives it.
struct fake_wire {
  link_listener listener{};
  std::vector<std::pair<broker_no, message>> sent{};
  bool closed = false;

  /// What was sent of a kind, in order.
  std::vector<message> of(frame_kind kind) const {
    std::vector<message> found;
    for (const auto& [to, m] : sent)
      if (m.header.kind == kind)
        found.push_back(m);
    return found;
  }
};

class fake_link : public link {
public:
  explicit fake_link(std::shared_ptr<fake_wire> wire) : wire_(std::move(wire)) {}

  void send(broker_no to, message m) override { wire_->sent.emplace_back(to, std::move(m)); }
  void close() override { wire_->closed = true; }

private:
  std::shared_ptr<fake_wire> wire_;
};

} // namespace takt::test
