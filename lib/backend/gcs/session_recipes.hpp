#pragma once

#include "backend/gcs/request.hpp"
#include "http/response_head.hpp"

#include <sluice/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// Resumable uploads. Pure. (cloud.google.com/storage/docs/performing-resumable-uploads)
namespace sluice::inline v0::gcs {

/// Begins one of `size` bytes.
recipe begin_session_recipe(std::string_view bucket, std::string const& resource, std::uint64_t size, put_options const& options,
                            target_condition const& condition);

/// Path and query of a session's URI, which is the value of Location: it is asked at the store's own endpoint, whatever host the URI names.
/// Errors: protocol, never with a word of it: it is a secret.
result<std::string> parse_session(std::string_view location);

/// Bytes [first, first + data.size()) of `total`; `data` is not empty.
recipe chunk_recipe(std::string_view session, std::uint64_t first, std::uint64_t total, payload data);
/// Asks how far a session has come; finishes it when all is there.
recipe status_recipe(std::string_view session, std::uint64_t total);
recipe cancel_recipe(std::string_view session);

/// How many bytes an answer 308 says are committed. Errors: protocol.
result<std::uint64_t> parse_committed(http::response_head const& head);

}  // namespace sluice::inline v0::gcs
