#include "actors/admin/gateway_desk_line.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>
#include <caf/send.hpp>

namespace takt {

namespace asio = boost::asio;

namespace {

caf::actor_companion& companion_in(const caf::actor& handle) {
  return *static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(handle));
}

} // namespace

desk_line::desk_line(
  caf::actor_system& system, std::shared_ptr<asio::io_context> io, desk_actor desk)
  : io_(std::move(io)), desk_(std::move(desk)) {
  caf::actor_config cfg;
  auto made = caf::make_actor<caf::actor_companion, caf::strong_actor_ptr>(
    system.next_actor_id(), system.node(), &system, cfg);
  companion_ = caf::actor_cast<caf::actor>(std::move(made));
}

desk_line::~desk_line() {
  companion_in(companion_).on_enqueue({});
}

void desk_line::open() {
  auto on_message = [io = io_, line = weak_from_this()](caf::mailbox_element_ptr letter) {
    auto& content = letter->content();
    if (!content.match_elements<desk_answer>())
      return;
    asio::post(*io, [line, answer = content.get_as<desk_answer>(0)]() mutable {
      if (auto self = line.lock())
        self->deliver(answer.ticket, std::move(answer.outcome));
    });
  };
  companion_in(companion_).on_enqueue(std::move(on_message));
}

asio::awaitable<result<desk_reply>> desk_line::ask(desk_question question, millis timeout) {
  if (hung_up_)
    co_return result<desk_reply>{errc::sched_stopping};
  auto ticket = ++last_ticket_;
  waiting slot{asio::steady_timer{*io_, timeout}};
  waiting_[ticket] = &slot;
  caf::send_as(companion_, desk_, desk_ask{ticket, std::move(question)});
  boost::system::error_code ignored;
  co_await slot.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  waiting_.erase(ticket);
  if (slot.outcome)
    co_return std::move(*slot.outcome);
  co_return result<desk_reply>{errc::sched_timeout};
}

void desk_line::deliver(ticket_no ticket, result<desk_reply> outcome) {
  auto found = waiting_.find(ticket);
  if (found == waiting_.end())
    return; // too late: 504 was said
  found->second->outcome = std::move(outcome);
  found->second->timer.cancel();
}

void desk_line::hang_up() {
  hung_up_ = true;
  for (auto& [ticket, slot] : waiting_) {
    slot->outcome = errc::sched_stopping;
    slot->timer.cancel();
  }
}

} // namespace takt
