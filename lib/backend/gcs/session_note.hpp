#pragma once

#include "backend/gcs/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What is kept of a resumable upload for another process. Pure.
namespace sluice::inline v0::gcs {

struct session_note {
    session_note() {}
    std::string asked;         ///< digest of what the session was begun with
    std::string put_id;        ///< see `put_id_name`; empty: the put is under no condition
    std::string target;        ///< of the session: a secret
    std::uint64_t summed = 0;  ///< so many bytes of the front were summed up
    std::uint64_t crc = 0;     ///< their CRC32C

    friend bool operator==(session_note const&, session_note const&) = default;
};

/// The name of the place where it is kept: of an endpoint, a bucket, a key and `put_options::resume_as`.
std::string session_name(std::string_view endpoint, std::string_view bucket, std::string_view key, std::string_view resume_as);

/// Stands for the request that begins a session, without a put id: only what was begun by the same is gone on with.
std::string digest_of(recipe const& begin);

std::string write_session_note(session_note const& note);

/// Nothing unless `text` is what `write_session_note` has made of something.
std::optional<session_note> parse_session_note(std::string_view text);

}  // namespace sluice::inline v0::gcs
