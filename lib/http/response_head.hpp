#pragma once

#include "http/fields.hpp"

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace sluice::inline v0::http {

/// How the body of a response ends.
enum class framing {
    none,       ///< no body: HEAD, 204, 304, Content-Length 0
    length,     ///< Content-Length
    chunked,    ///< chunked coding, last and only
    until_end,  ///< the connection's end: refused for object data, allowed for small error bodies
};

struct response_head {
    response_head() {}
    int status = 0;
    fields headers;
    framing body = framing::none;
    std::uint64_t content_length = 0;  ///< for `length`; for HEAD what the header says
    bool has_content_length = false;
    bool keep_alive = false;  ///< by version and Connection header, as the parser decides
};

/// Parses one response head, fed piece by piece. The only user of Beast.
class head_parser {
public:
    head_parser();
    ~head_parser();
    head_parser(head_parser&&) noexcept;
    head_parser& operator=(head_parser&&) noexcept;

    /// Ready for the next head; `to_head_request` because such an answer has no body whatever it says.
    void reset(bool to_head_request);

    /// `input` is everything received and not yet consumed, contiguous. The number of bytes consumed: 0 as long as the head is not
    /// complete, else exactly the head. `into` must be the same object until then, and starts anew with each head. Errors: protocol, naming
    /// what is wrong and showing at most 80 bytes of it.
    result<std::size_t> feed(std::span<std::byte const> input, response_head& into);

    static constexpr std::size_t limit = 64 * 1024;  ///< bytes of one head

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::http
