#pragma once

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::inline v0 {

/// What became of one operation, or of one attempt (a request) of it.
struct SLUICE_API observation {
    observation() {}
    std::string operation;  ///< "head", "read", "get", "read body", "put", "list", "remove", "create_upload", "write part", ...
    std::string uri;        ///< without secrets
    unsigned attempt = 0;   ///< 1, 2, .. for a request; 0 for the operation as a whole
    int status = 0;         ///< HTTP status of an attempt, where there was an answer
    std::optional<errc> failed;
    std::uint64_t bytes = 0;  ///< of data, when it succeeded
    std::chrono::nanoseconds elapsed{0};
};

/// Called once for every operation and once for every attempt of it, on the thread that ran it; must be quick and must not throw.
using observer = std::function<void(observation const&)>;

/// `inner`, telling `tell` about every call: the source of metrics and traces. Cancelled operations are told of as well.
SLUICE_API std::shared_ptr<object_store> make_observed(std::shared_ptr<object_store> inner, observer tell);

}  // namespace sluice::inline v0
