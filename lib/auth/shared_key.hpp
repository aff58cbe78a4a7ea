#pragma once

#include "base/hash.hpp"
#include "http/request.hpp"

#include <sluice/error.hpp>

#include <string>
#include <string_view>

// Authorization with Shared Key. (Microsoft's page "Authorize with Shared Key", Blob service, version 2015-02-21 and later.)
namespace sluice::inline v0::auth {

/// What of a request is signed: its method, some of its headers, all that begin with x-ms-, its path and its query. Pure.
std::string shared_key_text(http::request const& request, std::string_view account);

/// Signs requests by the key of a storage account. Threads: any. The key is wiped when it is destroyed.
class shared_key {
public:
    /// `key` is base64. Errors: invalid_argument, without a word of the key.
    static result<shared_key> make(std::string account, std::string_view key);

    /// Adds Authorization; x-ms-date must be there.
    void sign(http::request& request) const;
    /// Base64 of the HMAC-SHA256 of `text`.
    std::string signature(std::string_view text) const;

    std::string const& account() const noexcept { return account_; }

private:
    shared_key(std::string account, base::hmac_key key) : account_(std::move(account)), key_(key) {}

    std::string account_;
    base::hmac_key key_;
};

}  // namespace sluice::inline v0::auth
