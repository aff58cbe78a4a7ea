#pragma once

#include "auth/chain.hpp"

#include <sluice/error.hpp>

#include "support/co_test.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::test {

using texts = std::map<std::string, std::string>;

/// What a metadata service and a container's say, when `check_keys` is content.
inline constexpr char const* document =
    R"({"Code":"Success","AccessKeyId":"AKEY","SecretAccessKey":"SKEY","Token":"TKEY","Expiration":"2099-01-01T00:00:00Z"})";

/// A program's surroundings that have these variables and files, and no others.
inline auth::surroundings around(texts variables, texts files = {}) {
    auth::surroundings made;
    made.variable = [variables](char const* name) {
        auto const at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
    made.file = [files](std::string const& path) -> result<std::optional<std::string>> {
        auto const at = files.find(path);
        return at == files.end() ? std::optional<std::string>() : std::optional<std::string>(at->second);
    };
    return made;
}

/// Where profile "p" of this configuration has its keys from.
inline std::shared_ptr<credential_source> chosen(texts variables, texts files = {}, std::string config = {}) {
    auth::chain_input in;
    in.config = std::move(config);
    in.profile = "p";
    in.region = "eu-west-1";
    return auth::choose_source(around(std::move(variables), std::move(files)), in).value().source;
}

/// The keys of `document`, and the same ones again.
inline awaitable<void> check_keys(std::shared_ptr<credential_source> source) {
    auto const keys = co_await source->get();
    CHECK(keys->access_key == "AKEY");
    CHECK(keys->secret_key == "SKEY");
    CHECK(keys->session_token == "TKEY");
    auto const again = co_await source->get();
    CHECK(again == keys);
}

/// Why there are none, without a word of what is secret.
inline awaitable<std::string> complaint(std::shared_ptr<credential_source> source) {
    try {
        co_await source->get();
    } catch (error const& e) {
        CHECK(std::string_view(e.what()).find("CANARY") == std::string_view::npos);
        co_return std::string(to_string(e.reason())) + ": " + e.info().detail;
    }
    co_return "none";
}

}  // namespace sluice::test
