#include "actors/worker/journal.hpp"

#include <algorithm>
#include <array>

namespace takt {

namespace {

/// length u32, CRC-32 u32, synced u64; all little-endian. The CRC covers synced and the content;
/// the content is the kind's number and the struct in msgpack.
constexpr size_t head_bytes = 16;
constexpr size_t content_bytes_max = 64 << 10;
static_assert(
  content_bytes_max
  > limits::output_head_bytes_max + limits::output_tail_bytes_max + limits::error_bytes_max + 4096);

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    auto c = i;
    for (int bit = 0; bit < 8; ++bit)
      c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

/// CRC-32 as in IEEE 802.3.
uint32_t crc32(std::string_view data) noexcept {
  static constexpr auto table = make_crc_table();
  uint32_t c = 0xffffffffu;
  for (char ch : data)
    c = table[(c ^ static_cast<uint8_t>(ch)) & 0xff] ^ (c >> 8);
  return c ^ 0xffffffffu;
}

template <class T>
void put(std::string& out, T number) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(static_cast<uint8_t>(number >> (8 * i))));
}

template <class T>
T get(std::string_view data, size_t at) noexcept {
  T number = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    number |= static_cast<T>(T{static_cast<uint8_t>(data[at + i])} << (8 * i));
  return number;
}

/// `synced`: how many bytes of the file were durable when this record was made.
void put_record(std::string& out, const journal_record& record, uint64_t synced) {
  std::string covered;
  put(covered, synced);
  std::visit(
    [&](const auto& r) {
      covered.push_back(static_cast<char>(r.kind));
      covered += pack(r);
    },
    record);
  put(out, static_cast<uint32_t>(covered.size() - sizeof(uint64_t)));
  put(out, crc32(covered));
  out += covered;
}

struct raw_record {
  uint64_t synced = 0;
  std::string_view content{};
};

/// The record at `at`, if its length is possible and its CRC right.
std::optional<raw_record> record_at(std::string_view file, size_t at) noexcept {
  if (file.size() - at < head_bytes + 1)
    return std::nullopt;
  auto length = get<uint32_t>(file, at);
  if (length == 0 || length > content_bytes_max || length > file.size() - at - head_bytes)
    return std::nullopt;
  if (get<uint32_t>(file, at + 4) != crc32(file.substr(at + 8, 8 + length)))
    return std::nullopt;
  return raw_record{get<uint64_t>(file, at + 8), file.substr(at + head_bytes, length)};
}

/// Whether a whole record further on was made when the byte at `at` was already durable: then that
/// byte is damage, not the torn end of the last writes.
bool was_synced(std::string_view file, size_t at) noexcept {
  for (auto later = at + 1; later < file.size(); ++later)
    if (auto r = record_at(file, later); r && r->synced > at)
      return true;
  return false;
}

template <class T>
result<journal_record> decoded(std::string_view packed) {
  auto r = unpack<T>(packed);
  if (!r)
    return r.failure();
  return journal_record{*std::move(r)};
}

template <size_t I = 0>
result<journal_record> decode(uint8_t kind, std::string_view packed) {
  if constexpr (I == std::variant_size_v<journal_record>) {
    return failure{errc::frame_unknown_kind, "record kind " + std::to_string(kind)};
  } else {
    using type = std::variant_alternative_t<I, journal_record>;
    return type::kind == kind ? decoded<type>(packed) : decode<I + 1>(kind, packed);
  }
}

failure damaged(size_t at, std::string_view why) {
  return {
    errc::setup_data_folder,
    "the journal is damaged at byte " + std::to_string(at) + " (" + std::string{why}
      + "); move it away to start as a new incarnation, which gives up its open attempts"};
}

attempt_acked ack_of(const attempt_ref& ref) {
  return {ref.cluster, ref.key.run, ref.key.attempt};
}

} // namespace

result<journal>
journal::open(std::unique_ptr<journal_file> file, entropy& random, journal_config cfg) {
  journal j{std::move(file), cfg};
  auto content = j.file_->read_all();
  if (!content)
    return content.failure();
  if (auto replayed = j.replay(*content); !replayed)
    return replayed.failure();
  if (j.incarnation_.is_none())
    j.append(journal_opened{1, make_random_id<incarnation_id>(random)});
  if (auto synced = j.sync(); !synced)
    return synced.failure();
  return j;
}

result<void> journal::replay(std::string_view content) {
  size_t at = 0;
  while (at < content.size()) {
    auto raw = record_at(content, at);
    if (!raw && was_synced(content, at))
      return damaged(at, "a record that had been written safely does not match its checksum");
    if (!raw)
      break;
    auto record = decode(static_cast<uint8_t>(raw->content[0]), raw->content.substr(1));
    if (!record)
      return damaged(at, record.failure().message());
    if ((at == 0) != std::holds_alternative<journal_opened>(*record))
      return damaged(at, "a journal begins with its incarnation, once");
    std::visit([this](const auto& r) { apply(r); }, *record);
    at += head_bytes + raw->content.size();
  }
  if (at < content.size())
    if (auto cut = file_->truncate(at); !cut)
      return cut;
  // What a killed process had written may not be on the disk yet: open() syncs.
  bytes_ = at;
  synced_ = 0;
  return done{};
}

void journal::append(const journal_record& record) {
  if (broken_)
    return;
  std::visit([this](const auto& r) { apply(r); }, record);
  put_record(queue_, record, synced_);
}

result<void> journal::keep(result<void> outcome) {
  if (!outcome)
    broken_ = outcome.failure();
  return outcome;
}

result<void> journal::write() {
  if (broken_)
    return *broken_;
  if (queue_.empty())
    return done{};
  if (auto written = keep(file_->append(queue_)); !written)
    return written;
  bytes_ += queue_.size();
  queue_.clear();
  return done{};
}

result<void> journal::sync() {
  if (auto written = write(); !written)
    return written;
  if (synced_ == bytes_)
    return done{};
  if (auto synced = keep(file_->sync()); !synced)
    return synced;
  synced_ = bytes_;
  // What cannot shrink is rewritten only when it has doubled.
  if (bytes_ > std::max<uint64_t>(cfg_.bytes_max, 2 * compacted_to_))
    return keep(compact());
  return done{};
}

result<void> journal::compact() {
  std::string content;
  // By the time anybody reads this file, all before each record has been synced.
  auto put_next = [&](const journal_record& r) { put_record(content, r, content.size()); };
  put_next(journal_opened{1, incarnation_});
  put_next(session_begun{session_});
  for (const auto& cluster : clusters_)
    put_next(cluster_met{cluster});
  for (const auto& [where, epoch] : epochs_)
    put_next(epoch_met{where.first, where.second, epoch});
  for (const auto& ref : acked_order_)
    if (ref.cluster == current_cluster())
      put_next(ack_of(ref));
  for (const auto& [ref, a] : attempts_) {
    put_next(a.met);
    if (a.phase == attempt_phase::finished)
      put_next(result_kept{ref.cluster, a.result, a.output});
    else if (a.phase != a.met.phase)
      put_next(attempt_moved{ref.cluster, ref.key.run, ref.key.attempt, a.phase, a.at, a.reason});
  }
  if (auto replaced = file_->replace(content); !replaced)
    return replaced;
  bytes_ = synced_ = compacted_to_ = content.size();
  std::erase_if(acked_order_, [&](const auto& ref) { return ref.cluster != current_cluster(); });
  std::erase_if(acked_, [&](const auto& ref) { return ref.cluster != current_cluster(); });
  return done{};
}

// -- what it knows --------------------------------------------------------------------------------

cluster_id journal::current_cluster() const noexcept {
  return clusters_.empty() ? cluster_id{} : clusters_.back();
}

bool journal::knows(const cluster_id& cluster) const noexcept {
  return std::find(clusters_.begin(), clusters_.end(), cluster) != clusters_.end();
}

epoch_no journal::epoch_of(const cluster_id& cluster, shard_no shard) const noexcept {
  auto i = epochs_.find({cluster, shard});
  return i == epochs_.end() ? 0 : i->second;
}

const journaled_attempt* journal::find(const attempt_ref& ref) const noexcept {
  auto i = attempts_.find(ref);
  return i == attempts_.end() ? nullptr : &i->second;
}

// -- records --------------------------------------------------------------------------------------

void journal::apply(const journal_opened& r) {
  incarnation_ = r.incarnation;
}

void journal::apply(const session_begun& r) {
  session_ = r.session;
}

void journal::apply(const cluster_met& r) {
  std::erase(clusters_, r.cluster);
  clusters_.push_back(r.cluster);
  if (clusters_.size() <= 2)
    return;
  auto oldest = clusters_.front();
  clusters_.erase(clusters_.begin());
  forget(oldest);
}

void journal::apply(const epoch_met& r) {
  auto& epoch = epochs_[{r.cluster, r.shard}];
  epoch = std::max(epoch, r.epoch);
}

void journal::apply(const attempt_met& r) {
  attempts_[{r.cluster, {r.run, r.attempt}}] = {r, r.phase, r.at, r.reason, {}, {}};
}

void journal::apply(const attempt_moved& r) {
  auto i = attempts_.find({r.cluster, {r.run, r.attempt}});
  if (i == attempts_.end())
    return;
  i->second.phase = r.phase;
  i->second.at = r.at;
  i->second.reason = r.reason;
}

void journal::apply(const result_kept& r) {
  auto i = attempts_.find({r.cluster, r.result.key()});
  if (i == attempts_.end())
    return;
  i->second.phase = attempt_phase::finished;
  i->second.at = r.result.ended;
  i->second.result = r.result;
  i->second.output = r.output;
}

void journal::apply(const attempt_acked& r) {
  attempt_ref ref{r.cluster, {r.run, r.attempt}};
  attempts_.erase(ref);
  if (!knows(r.cluster) || !acked_.insert(ref).second)
    return;
  acked_order_.push_back(ref);
  if (acked_order_.size() <= cfg_.acked_max)
    return;
  acked_.erase(acked_order_.front());
  acked_order_.pop_front();
}

void journal::forget(const cluster_id& cluster) {
  std::erase_if(attempts_, [&](const auto& a) { return a.first.cluster == cluster; });
  std::erase_if(acked_order_, [&](const auto& ref) { return ref.cluster == cluster; });
  std::erase_if(acked_, [&](const auto& ref) { return ref.cluster == cluster; });
  std::erase_if(epochs_, [&](const auto& e) { return e.first.first == cluster; });
}

} // namespace takt
