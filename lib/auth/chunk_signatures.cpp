#include "auth/chunk_signatures.hpp"

#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view digest_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

chunk_signatures::chunk_signatures(base::hmac_key key, std::string_view const time, std::string_view const scope,
                                   base::sha256_digest const& head)
    : key_(std::move(key)),
      previous_(base::hex(head)) {
    where_.append(time).append("\n").append(scope).append("\n");
}

std::string const& chunk_signatures::chunk(base::sha256_digest const& data) {
    std::string digests(digest_of_nothing);
    digests += '\n';
    base::append_hex(digests, data);
    return follow("AWS4-HMAC-SHA256-PAYLOAD\n", digests);
}

std::string const& chunk_signatures::trailer(std::string_view const lines) {
    std::string const digest = base::hex(base::sha256(lines));
    return follow("AWS4-HMAC-SHA256-TRAILER\n", digest);
}

std::string const& chunk_signatures::follow(std::string_view const what, std::string_view const digests) {
    std::string text(what);
    text.append(where_).append(previous_).append("\n").append(digests);
    previous_ = base::hex(key_.sign(text));
    return previous_;
}

}  // namespace sluice::inline v0::auth
