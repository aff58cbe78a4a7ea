#pragma once

#include "auth/web_address.hpp"
#include "http/fields.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/credentials.hpp>
#include <sluice/error.hpp>
#include <sluice/network_options.hpp>
#include <sluice/retry_policy.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::auth {

/// How services of the internet are reached.
struct way_out {
    way_out() {}
    std::string ca_file;
    network_options network;
};

/// One small request to a service that gives keys or tokens.
struct key_request {
    key_request() {}
    std::string_view method = "GET";
    web_address to;
    http::fields headers;  ///< all others but Host
    std::string body;
    std::string sign_for;                     ///< region; empty: the request goes unsigned
    std::shared_ptr<credentials const> keys;  ///< to sign with
    std::string ca_file;
    network_options network;                                  ///< as it is made: straight there
    std::chrono::nanoseconds limit{std::chrono::seconds(5)};  ///< of one attempt
    unsigned attempts = 3;
    std::vector<int> busy;  ///< statuses that mean trying again, besides 429 and 5xx
    retry_policy pauses;    ///< their length alone
};

struct key_answer {
    int status = 0;
    http::fields headers;
    std::string text;
};

/// Sends `what` until an answer comes that trying again would not change: a transport failure, 429, 5xx and `busy` are tried again.
/// Errors: those of the transport; every status is a success here. Cancel: the connection is closed.
awaitable<result<key_answer>> fetch(key_request what);

/// `status` in words, for a refusal that has no better ones.
failure refused_with(key_answer const& answer, std::string_view words = {});

}  // namespace sluice::inline v0::auth
