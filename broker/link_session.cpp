#include "broker/link_session.hpp"

#include <algorithm>

namespace takt {

void link_session::start(mono_time now) {
  up_ = false;
  hello_due_ = true;
  sequence_ = 0;
  silence_ = {};
  last_tick_ = now;
  last_spoke_ = now;
  if (!waiting_since_)
    waiting_since_ = now;
}

void link_session::on_writable(mono_time now, std::vector<link_effect>& out) {
  if (!hello_due_)
    return;
  hello_due_ = false;
  last_spoke_ = now;
  hello_body body{.role = cfg_.role, .name = cfg_.name, .program = cfg_.program};
  frame_header header{.kind = frame_kind::hello, .cluster = cfg_.cluster};
  out.push_back(frame_out{numbered({.header = header, .body = pack(body)})});
}

void link_session::on_frames(
  const std::vector<std::string_view>& frames, mono_time now, std::vector<link_effect>& out) {
  silence_ = {};
  auto m = from_frames(frames);
  if (!m) {
    ++unread_;
    return;
  }
  switch (m->header.kind) {
  case frame_kind::hello:
    return on_hello(*m, now, out);
  case frame_kind::error:
    return on_error(std::move(*m), now, out);
  case frame_kind::bye:
    // With an executor's name it is a worker's, passed on to us.
    if (m->header.executor.empty())
      return end("the broker leaves", out);
    break;
  case frame_kind::heartbeat:
    // With a body it is a worker's, passed on to us.
    if (m->body.empty())
      return;
    break;
  default:
    break;
  }
  if (up_)
    out.push_back(frame_in{std::move(*m)});
  else
    ++unread_;
}

void link_session::on_tick(mono_time now, std::vector<link_effect>& out) {
  silence_ += std::clamp(now - last_tick_, millis{0}, cfg_.heartbeat_interval);
  last_tick_ = now;
  if (!up_ && waiting_since_ && now - *waiting_since_ >= cfg_.silence_max)
    complain(
      "no answer from " + cfg_.endpoint + " for " + waited(now)
        + " (is the broker up? do the keys match?)",
      now, out);
  if (silence_ >= cfg_.silence_max)
    return end("silence", out);
  if (now - last_spoke_ < cfg_.heartbeat_interval)
    return;
  if (!up_) {
    hello_due_ = true;
    return;
  }
  last_spoke_ = now;
  out.push_back(frame_out{numbered({.header = {.kind = frame_kind::heartbeat}})});
}

void link_session::on_disconnected(std::vector<link_effect>& out) {
  if (up_)
    end("the connection was closed", out);
}

std::optional<message> link_session::stamp(message m) {
  if (!up_)
    return std::nullopt;
  return numbered(std::move(m));
}

void link_session::on_close(std::vector<link_effect>& out) {
  if (!up_)
    return;
  up_ = false;
  out.push_back(frame_out{numbered({.header = {.kind = frame_kind::bye}})});
}

void link_session::on_hello(const message& m, mono_time now, std::vector<link_effect>& out) {
  if (up_)
    return; // the answer to a HELLO that we repeated
  auto body = unpack<hello_body>(m.body);
  if (!body || body->role != peer_role::broker) {
    ++unread_;
    return complain("what answers at " + cfg_.endpoint + " is not a broker", now, out);
  }
  if (body->version_min > protocol_version || body->version_max < protocol_version)
    return complain(cfg_.endpoint + " speaks another protocol version", now, out);
  up_ = true;
  hello_due_ = false;
  waiting_since_.reset();
  complained_at_.reset();
  out.push_back(session_note{log_level::info, "link to " + cfg_.endpoint + " is up"});
  out.push_back(session_up{});
}

void link_session::on_error(message m, mono_time now, std::vector<link_effect>& out) {
  auto body = unpack<error_body>(m.body);
  if (!body) {
    ++unread_;
    return;
  }
  if (up_ && body->code == errc::broker_unknown_peer)
    return end("the broker does not know us", out);
  if (up_) {
    out.push_back(frame_in{std::move(m)});
    return;
  }
  complain(cfg_.endpoint + " refuses us: " + body->text, now, out);
}

void link_session::end(std::string why, std::vector<link_effect>& out) {
  if (up_) {
    up_ = false;
    auto text = "link to " + cfg_.endpoint + " is down: " + std::move(why);
    out.push_back(session_note{log_level::warning, std::move(text)});
    out.push_back(session_down{});
  }
  out.push_back(reopen_socket{});
}

void link_session::complain(std::string text, mono_time now, std::vector<link_effect>& out) {
  if (complained_at_ && now - *complained_at_ < cfg_.complaint_interval)
    return;
  complained_at_ = now;
  out.push_back(session_note{log_level::warning, std::move(text)});
}

std::string link_session::waited(mono_time now) const {
  auto time = std::chrono::floor<std::chrono::seconds>(now - waiting_since_.value_or(now));
  return std::to_string(time.count()) + " s";
}

message link_session::numbered(message m) {
  m.header.sequence = ++sequence_;
  return m;
}

} // namespace takt
