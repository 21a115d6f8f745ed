// cron_hash: what `H` stands for, so that thousands of jobs do not all start at second 0.
//
// Stored jobs' dues depend on both functions: they can never change. Golden numbers in the tests
// hold them. Pure; safe from any thread.
#pragma once

#include "proto/ids.hpp"

#include <cstdint>

namespace takt {

/// The seed of a job: FNV-1a (64 bits: offset basis 14695981039346656037, prime 1099511628211) over
/// the 16 bytes of its id.
constexpr uint64_t hash_seed_of(const job_id& job) noexcept {
  uint64_t hash = 14'695'981'039'346'656'037u;
  for (auto byte : job.bytes)
    hash = (hash ^ byte) * 1'099'511'628'211u;
  return hash;
}

/// The number of one field, 0 = second, 1 = minute … 5 = day of week: the (field + 1)th output of
/// splitmix64 (Steele, Lea, Flood 2014) started at `seed`. `H` in a-b is a + number % (b - a + 1);
/// `H/n` begins number % n after the range's first value.
constexpr uint64_t cron_hash(uint64_t seed, unsigned field) noexcept {
  uint64_t z = seed + (field + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

} // namespace takt
