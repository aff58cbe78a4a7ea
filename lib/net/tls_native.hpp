#pragma once

#include "net/tls_context.hpp"

#include <openssl/ssl.h>

namespace sluice::inline v0::net {

struct tls_context::native {
    struct free_context {
        void operator()(SSL_CTX* c) const noexcept { SSL_CTX_free(c); }
    };
    std::unique_ptr<SSL_CTX, free_context> context;
};

}  // namespace sluice::inline v0::net
