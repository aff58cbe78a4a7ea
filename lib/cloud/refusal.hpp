#pragma once

#include "http/response_head.hpp"

#include <sluice/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::cloud {

/// An answer that is no success, as far as it could be understood. Everything in it is the service's word: bounded, not trusted.
struct refusal {
    refusal() {}
    int status = 0;
    std::string code;                          ///< "NoSuchKey"; empty when the body is no error document
    std::string message;                       ///< at most 512 bytes; of a body that is no error document its first 200 printable ones
    std::string request_id;                    ///< at most 128 bytes
    std::optional<std::uint64_t> object_size;  ///< of a 416
    std::optional<std::chrono::system_clock::time_point> date;
    std::string retry_after;
    bool cut = false;  ///< the connection broke before the document was whole
};

inline constexpr std::size_t error_body_limit = 64 * 1024;
inline constexpr std::size_t message_limit = 512, id_limit = 128;

/// What the head of an answer says, whatever service it is of; `id_header` is where that puts its request's id.
void read_head(refusal& into, http::response_head const& head, std::string_view id_header);

/// At most `limit` bytes of `text`, cut between characters.
std::string cut(std::string text, std::size_t limit);

/// The first 200 printable ASCII characters of what is no document.
std::string printable(std::string_view text);

bool is_redirect(int status) noexcept;

/// Of "https://user@host:port/path?query" only "host:port": the rest may hold secrets.
std::string host_of(std::string_view url);

/// How far from ours the service's clock is, where it tells it.
bool clock_is_off(refusal const& r, std::chrono::system_clock::time_point signed_at) noexcept;

/// The failure a refusal means, with what the service said of it.
failure failure_of(refusal const& r, errc reason, std::string detail);

}  // namespace sluice::inline v0::cloud
