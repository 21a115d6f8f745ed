// errc: the codes of the one error table (errc.def). Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace takt {

enum class errc : uint16_t {
#define TAKT_ERRC(name, number, http, retryable, text) name = number,
#include "proto/errc.def"
#undef TAKT_ERRC
};

/// The stable word that REST answers carry as "code" and logs print.
std::string_view to_string(errc code) noexcept;

/// One phrase for people.
std::string_view text_of(errc code) noexcept;

/// The status a REST answer with this code has.
int http_status(errc code) noexcept;

/// Whether the same request may succeed later, unchanged.
bool is_retryable(errc code) noexcept;

/// The code with this number, as found in frames; nothing for numbers never given.
std::optional<errc> errc_from_number(uint64_t number) noexcept;

} // namespace takt
