// Every body: what it writes it reads, each field's bounds hold, and any cut or hostile bytes are
// refused.

#include "tests/proto/frames_of_every_kind.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

template <class Body>
struct sample;

#define SAMPLE(body_type, kind_name)                                                               \
  template <>                                                                                      \
  struct sample<body_type> {                                                                       \
    static constexpr auto kind = frame_kind::kind_name;                                            \
  };
SAMPLE(hello_body, hello)
SAMPLE(owns_body, owns)
SAMPLE(register_body, register_)
SAMPLE(credit_body, credit)
SAMPLE(dispatch_body, dispatch)
SAMPLE(attempt_body, refused)
SAMPLE(result_body, result)
SAMPLE(undeliverable_body, undeliverable)
SAMPLE(error_body, error)
#undef SAMPLE

template <class Body>
class body_test : public ::testing::Test {
protected:
  std::string bytes_ = sample_body(sample<Body>::kind);

  static errc read_with(std::string_view field, value x, std::string_view bytes) {
    auto v = *from_msgpack(bytes);
    for (auto& [name, member] : std::get<value_map>(v.data))
      if (name == field)
        member = x;
    return unpack<Body>(to_msgpack(v)).code();
  }
};

using bodies = ::testing::Types<
  hello_body, owns_body, register_body, credit_body, dispatch_body, attempt_body, result_body,
  undeliverable_body, error_body>;
TYPED_TEST_SUITE(body_test, bodies);

TYPED_TEST(body_test, reads_what_it_writes) {
  auto body = unpack<TypeParam>(this->bytes_);
  ASSERT_TRUE(body) << body.failure().message();
  EXPECT_EQ(pack(*body), this->bytes_);
}

TYPED_TEST(body_test, cut_at_any_byte_it_is_refused) {
  for (size_t n = 0; n < this->bytes_.size(); ++n)
    EXPECT_EQ(
      unpack<TypeParam>(std::string_view{this->bytes_}.substr(0, n)).code(), errc::frame_malformed)
      << n;
  EXPECT_EQ(unpack<TypeParam>(this->bytes_ + '\0').code(), errc::frame_malformed);
}

TYPED_TEST(body_test, a_field_of_another_type_is_refused_and_named) {
  const value wrong[] = {value{value_list{}}, value{value_map{}}, value{std::string{"x"}},
                         value{1.5},          value{true},        value{blob{"x"}}};
  for_each_field<TypeParam>([&](const auto& f) {
    size_t refused = 0;
    for (const auto& x : wrong)
      refused += this->read_with(f.name, x, this->bytes_) == errc::frame_out_of_range;
    // One of them may be the field's own type, with a value in its bounds.
    EXPECT_GE(refused, std::size(wrong) - 1) << f.name;
  });
}

TYPED_TEST(body_test, numbers_beyond_their_bounds_are_refused) {
  for_each_field<TypeParam>([&]<class Member>(const field<TypeParam, Member>& f) {
    if constexpr (std::is_integral_v<Member> || std::is_enum_v<Member>) {
      auto code = [&](int64_t x) { return this->read_with(f.name, value{x}, this->bytes_); };
      if (f.max != INT64_MAX) {
        EXPECT_EQ(code(f.max), errc::ok) << f.name;
        EXPECT_EQ(code(f.max + 1), errc::frame_out_of_range) << f.name;
      }
      if (f.min > INT64_MIN) {
        EXPECT_EQ(code(f.min - 1), errc::frame_out_of_range) << f.name;
      }
      if (std::is_unsigned_v<Member>) {
        EXPECT_EQ(code(-1), errc::frame_out_of_range) << f.name;
      }
    } else if constexpr (std::is_same_v<Member, std::string>) {
      ASSERT_NE(f.max, INT64_MAX) << f.name << " has no limit";
      auto longest = std::string(static_cast<size_t>(f.max), 'x');
      EXPECT_EQ(this->read_with(f.name, value{longest}, this->bytes_), errc::ok) << f.name;
      EXPECT_EQ(
        this->read_with(f.name, value{longest + "x"}, this->bytes_), errc::frame_out_of_range)
        << f.name;
    }
  });
}

TYPED_TEST(body_test, unknown_fields_are_ignored) {
  auto v = *from_msgpack(this->bytes_);
  std::get<value_map>(v.data).emplace_back("of_a_later_version", value{uint64_t{1}});
  auto body = unpack<TypeParam>(to_msgpack(v));
  ASSERT_TRUE(body);
  EXPECT_EQ(pack(*body), this->bytes_);
}

TYPED_TEST(body_test, absent_fields_take_their_default_where_that_is_within_bounds) {
  auto none = unpack<TypeParam>(to_msgpack(value{value_map{}}));
  EXPECT_EQ(none.code(), unpack<TypeParam>(pack(TypeParam{})).code());
  if (none) {
    EXPECT_EQ(pack(*none), pack(TypeParam{}));
  }
}

TEST(body_limits_test, an_attempt_without_its_number_is_refused) {
  EXPECT_EQ(unpack<attempt_body>(to_msgpack(value{value_map{}})).code(), errc::frame_out_of_range);
  EXPECT_EQ(unpack<register_body>(to_msgpack(value{value_map{}})).code(), errc::frame_out_of_range);
}

TYPED_TEST(body_test, what_is_no_map_is_refused) {
  for (const auto& v : {value{}, value{uint64_t{1}}, value{std::string{"x"}}, value{value_list{}}})
    EXPECT_EQ(unpack<TypeParam>(to_msgpack(v)).code(), errc::frame_out_of_range);
  EXPECT_EQ(unpack<TypeParam>("").code(), errc::frame_malformed);
}

TEST(body_limits_test, lists_have_their_own_bounds) {
  owns_body owns;
  owns.shards.assign(shard_count, {1, 1});
  EXPECT_TRUE(unpack<owns_body>(pack(owns)));
  owns.shards.push_back({1, 1});
  EXPECT_EQ(unpack<owns_body>(pack(owns)).code(), errc::frame_out_of_range);

  hello_body hello;
  hello.capabilities.assign(65, "x");
  EXPECT_EQ(unpack<hello_body>(pack(hello)).code(), errc::frame_out_of_range);
}

TEST(body_limits_test, the_fullest_inventory_fits_into_a_frame_and_is_read) {
  auto body = *unpack<register_body>(sample_body(frame_kind::register_));
  body.inventory.assign(limits::inventory_max, body.inventory.at(0));
  body.info.task_types.assign(1000, std::string(limits::task_type_bytes_max, 'x'));
  auto bytes = pack(body);
  EXPECT_LE(bytes.size(), limits::frame_bytes_max);
  auto read = unpack<register_body>(bytes);
  ASSERT_TRUE(read) << read.failure().message();
  EXPECT_EQ(read->inventory.size(), limits::inventory_max);
  body.inventory.push_back(body.inventory[0]);
  EXPECT_EQ(unpack<register_body>(pack(body)).code(), errc::frame_out_of_range);
}

TEST(body_limits_test, an_executors_id_within_register_has_its_length) {
  register_body body;
  EXPECT_EQ(unpack<register_body>(pack(body)).code(), errc::frame_out_of_range) << "empty";
  body.info.id = {std::string(65, 'x')};
  EXPECT_EQ(unpack<register_body>(pack(body)).code(), errc::frame_out_of_range);
  body.info.id = {std::string(64, 'x')};
  EXPECT_TRUE(unpack<register_body>(pack(body)));
}

} // namespace

} // namespace takt
