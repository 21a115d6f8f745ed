// A network beyond terrible: peers come, go, lie, repeat and send garbage; time jumps. The router
// must keep its promises at every step, and everything must work once it is quiet.

#include "tests/broker/router_fixture.hpp"

#include "proto/random.hpp"

#include <map>
#include <set>

namespace takt {

namespace {

using namespace std::chrono_literals;

class terrible_network : public router_fixture, public ::testing::WithParamInterface<uint64_t> {
protected:
  uint64_t roll(uint64_t sides) { return random_.next_u64() % sides; }

  peer any_peer() {
    auto id = std::to_string(roll(6));
    return roll(2) ? scheduler("s" + id) : worker("w" + id);
  }
  std::string any_executor() { return roll(10) == 0 ? "" : "e" + std::to_string(roll(4)); }

  message any_message(const peer& from) {
    switch (roll(6)) {
    case 0:
      return hello(roll(20) ? from : any_peer(), "n" + from.routing_id);
    case 1: {
      std::vector<owned_shard> shards;
      for (auto n = roll(6); n > 0; --n)
        shards.push_back({static_cast<shard_no>(roll(shard_count)), roll(5)});
      return owns(shards);
    }
    case 2:
      return register_as("e" + std::to_string(roll(4)), static_cast<uint8_t>(roll(3)));
    default: {
      auto kind = static_cast<frame_kind>(roll(22));
      auto shard = static_cast<shard_no>(roll(shard_count));
      return frame(kind, any_executor(), shard, roll(3) ? "b" : "");
    }
    }
  }

  void send_garbage(const peer& from) {
    auto frames = to_frames(any_message(from));
    auto& hurt = frames[roll(frames.size())];
    if (!hurt.empty() && roll(2))
      hurt[roll(hurt.size())] = static_cast<char>(roll(256));
    else
      hurt.resize(roll(hurt.size() + 1));
    check(from, say_raw(from, {frames.begin(), frames.end()}), std::nullopt);
  }

  void step() {
    auto from = any_peer();
    switch (roll(12)) {
    case 0:
      return send_garbage(from);
    case 1: {
      auto beats = tick(millis{roll(1500)});
      for (const auto& b : beats)
        EXPECT_EQ(b.what.header.kind, frame_kind::heartbeat);
      return;
    }
    case 2: {
      out.clear();
      under.on_unroutable({from, frame(frame_kind::dispatch, any_executor())}, out);
      for (const auto& e : out)
        EXPECT_FALSE(e.to == from) << "an answer to a peer that is gone";
      return;
    }
    default: {
      auto m = any_message(from);
      check(from, say(from, m), m);
    }
    }
  }

  void
  check(const peer& from, const std::vector<send_to>& effects, const std::optional<message>& said) {
    // Bounded: at most one copy for everybody.
    EXPECT_LE(effects.size(), 24u);
    std::set<peer> reached;
    for (const auto& e : effects) {
      auto kind = e.what.header.kind;
      EXPECT_TRUE(reached.insert(e.to).second) << "the same frame twice to one peer";
      if (
        kind == frame_kind::error || kind == frame_kind::hello
        || kind == frame_kind::undeliverable) {
        EXPECT_EQ(e.to, from) << "answers go to who asked";
        EXPECT_FALSE(kind == frame_kind::error && said && said->header.kind == frame_kind::error)
          << "ERROR answered with ERROR";
        continue;
      }
      EXPECT_NE(e.to.side, from.side) << "frames cross the broker";
      EXPECT_TRUE(!said || kind == frame_kind::bye || e.what == *said)
        << "forwarded frames are untouched";
    }
    EXPECT_LE(under.executor_count(), 4u);
    EXPECT_LE(under.executor_count(), under.peer_count(broker_side::backend));
    EXPECT_LE(under.owned_shard_count(), size_t{shard_count});
    EXPECT_TRUE(under.peer_count(broker_side::frontend) > 0 || under.owned_shard_count() == 0)
      << "an owner that is not there";
  }

  seeded_entropy random_{GetParam()};
};

TEST_P(terrible_network, keeps_the_rules_and_converges_when_it_is_quiet) {
  for (int i = 0; i < 2000 && !HasFailure(); ++i)
    step();
  // Quiet: everybody who will not speak again is forgotten …
  for (int i = 0; i < 5; ++i)
    tick(1s);
  EXPECT_EQ(under.peer_count(broker_side::frontend), 0u);
  EXPECT_EQ(under.peer_count(broker_side::backend), 0u);
  EXPECT_EQ(under.executor_count(), 0u);
  EXPECT_EQ(under.owned_shard_count(), 0u);
  // … and those who speak in order are served, whatever was before.
  set_the_table();
  EXPECT_EQ(say(scheduler("s"), frame(frame_kind::dispatch, "w")).at(0).to, worker("x"));
  EXPECT_EQ(say(worker("x"), frame(frame_kind::result, "w")).at(0).to, scheduler("s"));
}

INSTANTIATE_TEST_SUITE_P(seeds, terrible_network, ::testing::Range<uint64_t>(1, 17));

/// The owner of each shard, kept in the most obvious way.
class reference_owners {
public:
  void claim(const peer& who, const std::vector<owned_shard>& shards) {
    auto& mine = claims_[who];
    mine.clear();
    for (const auto& s : shards) {
      if (epoch_of(s.shard) > s.epoch)
        continue;
      // What is superseded is forgotten for good.
      for (auto& [other, theirs] : claims_)
        if (auto it = theirs.find(s.shard); it != theirs.end() && it->second < s.epoch)
          theirs.erase(it);
      mine[s.shard] = s.epoch;
    }
  }
  void forget(const peer& who) { claims_.erase(who); }
  epoch_no epoch_of(shard_no shard) const {
    epoch_no highest = 0;
    for (const auto& [who, mine] : claims_)
      if (auto it = mine.find(shard); it != mine.end())
        highest = std::max(highest, it->second);
    return highest;
  }
  bool may_own(const peer& who, shard_no shard) const {
    auto it = claims_.find(who);
    if (it == claims_.end())
      return false;
    auto mine = it->second.find(shard);
    return mine != it->second.end() && mine->second == epoch_of(shard);
  }

private:
  std::map<peer, std::map<shard_no, epoch_no>> claims_;
};

TEST(shard_table_test, the_owner_always_has_the_highest_epoch_that_was_claimed) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    seeded_entropy random{seed};
    shard_table table;
    reference_owners expected;
    for (int i = 0; i < 300; ++i) {
      peer who{
        broker_side::frontend, std::string(1, static_cast<char>('a' + random.next_u64() % 4))};
      if (random.next_u64() % 8 == 0) {
        table.forget(who);
        expected.forget(who);
      } else {
        std::vector<owned_shard> shards;
        for (shard_no s = 0; s < 3; ++s)
          if (random.next_u64() % 2)
            shards.push_back({s, 1 + random.next_u64() % 4});
        expected.forget(who); // its new set replaces the old one before it is compared
        table.replace(who, who.routing_id, shards);
        expected.claim(who, shards);
      }
      for (shard_no s = 0; s < 3; ++s) {
        auto* owner = table.owner_of(s);
        EXPECT_TRUE(!owner || expected.may_own(*owner, s)) << "seed " << seed << " step " << i;
      }
    }
  }
}

} // namespace

} // namespace takt
