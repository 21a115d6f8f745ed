#include "actors/worker/http_client.hpp"

#include <curl/curl.h>

#include <deque>
#include <map>
#include <mutex>

namespace takt {

namespace {

constexpr long redirects_max = 5;

struct curl_deleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

struct transfer {
  http_no no = 0;
  http_request request{};
  http_client::answer_handler on_answer{};
  http_answer answer{};
  std::unique_ptr<curl_slist, curl_deleter> headers{};
  std::unique_ptr<CURL, curl_deleter> handle{};
  char error[CURL_ERROR_SIZE] = {};
};

/// Less than `size` makes curl end the transfer; finish() knows that this was no error.
size_t on_body(char* data, size_t, size_t size, void* to) {
  auto& t = *static_cast<transfer*>(to);
  auto room = limits::http_response_bytes_max - t.answer.body.size();
  t.answer.body.append(data, std::min(room, size));
  t.answer.is_cut = size > room;
  return t.answer.is_cut ? 0 : size;
}

void set_method(transfer& t) {
  auto* h = t.handle.get();
  const auto& r = t.request;
  if (!r.body.empty() || r.method == "POST") {
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(r.body.size()));
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, r.body.data());
  }
  if (r.method == "HEAD")
    curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
  else if (r.method != "POST" && (r.method != "GET" || !r.body.empty()))
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, r.method.c_str());
}

bool prepare(transfer& t) {
  t.handle.reset(curl_easy_init());
  auto* h = t.handle.get();
  if (!h)
    return false;
  for (const auto& [name, text] : t.request.headers) {
    // A header without a value is written with a semicolon, or curl would drop it.
    auto line = text.empty() ? name + ";" : name + ": " + text;
    if (auto* longer = curl_slist_append(t.headers.get(), line.c_str())) {
      (void)t.headers.release();
      t.headers.reset(longer);
    }
  }
  curl_easy_setopt(h, CURLOPT_URL, t.request.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(h, CURLOPT_MAXREDIRS, redirects_max);
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(t.request.timeout.count()));
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, t.headers.get());
  curl_easy_setopt(h, CURLOPT_USERAGENT, "takt/" TAKT_VERSION);
  curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &t);
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, t.error);
  curl_easy_setopt(h, CURLOPT_PRIVATE, &t);
  set_method(t);
  return true;
}

} // namespace

class http_client::loop {
public:
  ~loop() {
    if (multi_)
      curl_multi_cleanup(multi_);
  }

  result<void> open() {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = ready == CURLE_OK ? curl_multi_init() : nullptr;
    if (!multi_)
      return failure{errc::internal, "libcurl cannot be started"};
    return done{};
  }

  // -- from any thread

  http_no begin(http_request request, answer_handler on_answer) {
    auto t = std::make_unique<transfer>();
    t->request = std::move(request);
    t->on_answer = std::move(on_answer);
    std::lock_guard guard{mutex_};
    auto no = t->no = ++last_;
    commands_.push_back({no, std::move(t)});
    curl_multi_wakeup(multi_);
    return no;
  }

  void cancel(http_no no) {
    std::lock_guard guard{mutex_};
    commands_.push_back({no, nullptr});
    curl_multi_wakeup(multi_);
  }

  void finish() {
    std::lock_guard guard{mutex_};
    finished_ = true;
    curl_multi_wakeup(multi_);
  }

  // -- on the thread

  void run() {
    while (obey()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      deliver();
      curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
    }
    for (auto& [no, t] : transfers_)
      curl_multi_remove_handle(multi_, t->handle.get());
    transfers_.clear();
  }

private:
  struct command {
    http_no no = 0;
    std::unique_ptr<transfer> begin{}; ///< nullptr: cancel
  };

  /// false: the end.
  bool obey() {
    std::deque<command> todo;
    {
      std::lock_guard guard{mutex_};
      if (finished_)
        return false;
      todo.swap(commands_);
    }
    for (auto& c : todo) {
      if (c.begin)
        add(std::move(c.begin));
      else
        remove(c.no);
    }
    return true;
  }

  void add(std::unique_ptr<transfer> t) {
    if (!prepare(*t))
      return t->on_answer({"libcurl cannot make a request", 0, {}, false});
    curl_multi_add_handle(multi_, t->handle.get());
    transfers_[t->no] = std::move(t);
  }

  std::unique_ptr<transfer> remove(http_no no) {
    auto found = transfers_.find(no);
    if (found == transfers_.end())
      return nullptr;
    auto t = std::move(transfers_.extract(found).mapped());
    curl_multi_remove_handle(multi_, t->handle.get());
    return t;
  }

  void deliver() {
    int left = 0;
    while (auto* m = curl_multi_info_read(multi_, &left)) {
      if (m->msg != CURLMSG_DONE)
        continue;
      auto code = m->data.result;
      transfer* of = nullptr;
      curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &of);
      auto t = remove(of->no);
      long status = 0;
      curl_easy_getinfo(t->handle.get(), CURLINFO_RESPONSE_CODE, &status);
      t->answer.status = static_cast<int>(status);
      if (code != CURLE_OK && !t->answer.is_cut)
        t->answer.error = t->error[0] != 0 ? t->error : curl_easy_strerror(code);
      t->on_answer(std::move(t->answer));
    }
  }

  CURLM* multi_ = nullptr;
  std::map<http_no, std::unique_ptr<transfer>> transfers_{}; ///< the thread's own

  std::mutex mutex_{}; ///< guards what follows
  std::deque<command> commands_{};
  http_no last_ = 0;
  bool finished_ = false;
};

http_client::http_client(std::shared_ptr<loop> l)
  : loop_(std::move(l)), thread_([running = loop_] { running->run(); }) {}

http_client::~http_client() {
  loop_->finish();
  // A handler may drop the last reference.
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

result<std::shared_ptr<http_client>> http_client::start() {
  auto l = std::make_shared<loop>();
  if (auto opened = l->open(); !opened)
    return opened.failure();
  return std::shared_ptr<http_client>{new http_client{std::move(l)}};
}

http_no http_client::begin(http_request request, answer_handler on_answer) {
  return loop_->begin(std::move(request), std::move(on_answer));
}

void http_client::cancel(http_no no) {
  loop_->cancel(no);
}

} // namespace takt
