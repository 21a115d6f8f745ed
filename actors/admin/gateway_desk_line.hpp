// gateway_desk_line: the gateway's line to the DESK: a coroutine asks, an actor answers.
//
// A CAF companion stands for the gateway. The DESK's thread hands it the answer, which is posted to
// the gateway's thread; there a timer that somebody waits on is cancelled, and that is the wake-up.
//
// THREADING: everything on the io_context's thread, except that answers come in from anywhere.
#pragma once

#include "actors/interfaces.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <caf/actor.hpp>

#include <memory>
#include <optional>
#include <unordered_map>

namespace takt {

class desk_line : public std::enable_shared_from_this<desk_line> {
public:
  desk_line(
    caf::actor_system& system, std::shared_ptr<boost::asio::io_context> io, desk_actor desk);
  ~desk_line();

  /// Takes answers from now on.
  void open();

  /// The answer; sched_timeout when none came in time.
  boost::asio::awaitable<result<desk_reply>> ask(desk_question question, millis timeout);

  /// Answers whoever still waits, and whoever asks from now on, with sched_stopping.
  void hang_up();

private:
  /// Lives in the coroutine that waits.
  struct waiting {
    boost::asio::steady_timer timer;
    std::optional<result<desk_reply>> outcome{};
  };

  void deliver(ticket_no ticket, result<desk_reply> outcome);

  std::shared_ptr<boost::asio::io_context> io_;
  desk_actor desk_;
  caf::actor companion_;
  std::unordered_map<ticket_no, waiting*> waiting_;
  ticket_no last_ticket_ = 0;
  bool hung_up_ = false;
};

} // namespace takt
