#include "storage/redis_lock.hpp"

#include "proto/limits.hpp"

#include <hiredis/hiredis.h>

#include <pthread.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <initializer_list>

namespace takt {

namespace {

constexpr const char* extend_script = "if redis.call('GET', KEYS[1]) == ARGV[1] then"
                                      " return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end"
                                      " return 0";
constexpr const char* remove_script = "if redis.call('GET', KEYS[1]) == ARGV[1] then"
                                      " return redis.call('DEL', KEYS[1]) end"
                                      " return 0";

struct redis_address {
  std::string host{};
  int port = 0;
  int database = 0;
};

std::optional<int> number_in(std::string_view text, int max) {
  int n = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < 0 || n > max)
    return std::nullopt;
  return n;
}

std::optional<redis_address> parse(std::string_view url) {
  constexpr std::string_view scheme = "redis://";
  if (!url.starts_with(scheme))
    return std::nullopt;
  url.remove_prefix(scheme.size());
  redis_address out;
  if (auto slash = url.find('/'); slash != url.npos) {
    auto text = url.substr(slash + 1);
    auto database = text.empty() ? std::optional{0} : number_in(text, 1'000'000);
    if (!database)
      return std::nullopt;
    out.database = *database;
    url = url.substr(0, slash);
  }
  auto colon = url.rfind(':');
  if (colon == url.npos)
    return std::nullopt;
  auto port = number_in(url.substr(colon + 1), 65'535);
  auto host = url.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  if (!port || *port == 0 || host.empty() || host.find('@') != host.npos)
    return std::nullopt;
  out.host = host;
  out.port = *port;
  return out;
}

/// hiredis writes without MSG_NOSIGNAL: a server that has gone would end the process. Blocks
/// SIGPIPE for this thread, and swallows the one that was raised meanwhile.
class without_sigpipe {
public:
  without_sigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }

  ~without_sigpipe() {
    timespec none{};
    if (sigismember(&before_, SIGPIPE) == 0)
      sigtimedwait(&pipe_, nullptr, &none);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  without_sigpipe(const without_sigpipe&) = delete;
  without_sigpipe& operator=(const without_sigpipe&) = delete;

private:
  sigset_t pipe_{};
  sigset_t before_{};
};

struct context_deleter {
  void operator()(redisContext* c) const noexcept { redisFree(c); }
};
struct reply_deleter {
  void operator()(redisReply* r) const noexcept { freeReplyObject(r); }
};
using reply = std::unique_ptr<redisReply, reply_deleter>;

class redis_lock : public lease_lock {
public:
  redis_lock(redis_address to, const cluster_id& cluster)
    : to_(std::move(to)), key_("takt:lease:" + to_string(cluster)) {}

  answer acquire(const node_id& owner, millis ttl) override {
    auto ms = std::to_string(ttl.count());
    auto set = ask({"SET", key_, owner.text, "NX", "PX", ms});
    if (!set || set->type == REDIS_REPLY_ERROR)
      return answer::unreachable;
    if (set->type == REDIS_REPLY_STATUS)
      return answer::held;
    auto extended = ask({"EVAL", extend_script, "1", key_, owner.text, ms});
    if (!extended || extended->type != REDIS_REPLY_INTEGER)
      return answer::unreachable;
    return extended->integer == 1 ? answer::held : answer::taken;
  }

  void release(const node_id& owner) override {
    ask({"EVAL", remove_script, "1", key_, owner.text});
  }

private:
  /// The reply; nullptr when there was none in time. A kept connection may have died unnoticed
  /// (the server restarted): then a fresh one is tried once.
  reply ask(std::initializer_list<std::string> words) {
    without_sigpipe quiet;
    bool was_kept = context_ != nullptr;
    auto got = ask_once(words);
    if (!got && was_kept && !timed_out_)
      got = ask_once(words);
    return got;
  }

  reply ask_once(std::initializer_list<std::string> words) {
    if (!context_ && !connect())
      return nullptr;
    return send(words);
  }

  bool connect() {
    auto ms = limits::redis_timeout.count();
    timeval wait{ms / 1000, ms % 1000 * 1000};
    context_.reset(redisConnectWithTimeout(to_.host.c_str(), to_.port, wait));
    if (!context_ || context_->err != 0 || redisSetTimeout(context_.get(), wait) != REDIS_OK)
      return (drop(), false);
    if (to_.database == 0)
      return true;
    auto selected = send({"SELECT", std::to_string(to_.database)});
    if (!selected || selected->type == REDIS_REPLY_ERROR)
      return (drop(), false);
    return true;
  }

  reply send(std::initializer_list<std::string> words) {
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    for (const auto& word : words) {
      texts.push_back(word.c_str());
      sizes.push_back(word.size());
    }
    auto* raw =
      redisCommandArgv(context_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data());
    if (!raw)
      drop();
    return reply{static_cast<redisReply*>(raw)};
  }

  void drop() {
    timed_out_ = context_ && context_->err == REDIS_ERR_IO && errno == EAGAIN;
    context_.reset();
  }

  redis_address to_;
  std::string key_;
  std::unique_ptr<redisContext, context_deleter> context_{};
  bool timed_out_ = false;
};

} // namespace

result<std::unique_ptr<lease_lock>>
open_redis_lock(const std::string& url, const cluster_id& cluster) {
  auto to = parse(url);
  if (!to)
    return failure{
      errc::setup_bad_option, "\"" + url + "\" is not of the form redis://host:port[/db]"};
  return std::unique_ptr<lease_lock>{std::make_unique<redis_lock>(std::move(*to), cluster)};
}

} // namespace takt
