#include "digest.hpp"

#include <openssl/evp.h>

#include <new>

namespace sluice::inline v0::cli {

struct digest::state {
    EVP_MD const* algorithm = nullptr;
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

digest::digest(digest_kind kind) : state_(std::make_unique<state>()) {
    state_->algorithm = kind == digest_kind::md5 ? EVP_md5() : EVP_sha256();
    if (!state_->context || EVP_DigestInit_ex(state_->context.get(), state_->algorithm, nullptr) != 1) throw std::bad_alloc();
}

digest::~digest() = default;

void digest::add(std::span<std::byte const> data) { EVP_DigestUpdate(state_->context.get(), data.data(), data.size()); }

digest::value digest::finish() {
    value out{};
    EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr);
    EVP_DigestInit_ex(state_->context.get(), state_->algorithm, nullptr);
    return out;
}

std::string hex(digest::value const& value, std::size_t size) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        auto const byte = std::to_integer<unsigned>(value[i]);
        out += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

}  // namespace sluice::inline v0::cli
