#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace sluice::inline v0::cli {

enum class digest_kind { md5, sha256 };

/// A digest over bytes that come piece by piece.
class digest {
public:
    using value = std::array<std::byte, 32>;

    explicit digest(digest_kind kind);
    ~digest();
    digest(digest const&) = delete;
    digest& operator=(digest const&) = delete;

    void add(std::span<std::byte const> data);
    /// The digest of what was added since the last call; an MD5 has zeros behind its 16 bytes.
    value finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The first `size` bytes in hexadecimal.
std::string hex(digest::value const& value, std::size_t size);

}  // namespace sluice::inline v0::cli
