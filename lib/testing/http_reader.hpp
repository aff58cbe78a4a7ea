#pragma once

#include "testing/channel.hpp"

#include <sluice/testing/script_server.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// Whether two header names are the same: letter case is ignored.
bool same_name(std::string_view a, std::string_view b) noexcept;

/// How the end of a request's body is known.
struct request_framing {
    bool chunked = false;
    std::optional<std::uint64_t> length;
    bool close = false;  ///< the client said so
};

/// Parses a whole head, its last empty line included, more strictly than RFC 9112 asks of a server: no bare LF, no folding, no white space
/// around names, one Host, at most one length. Returns what is wrong with it, or nothing.
std::string parse_head(std::string_view head, received_request& request, request_framing& framing);

/// Reads the requests of one connection, one after the other.
class http_reader {
public:
    enum class outcome { ok, ended, malformed };

    explicit http_reader(channel& connection) : connection_(connection) {}

    /// Fills all of `request` but its body. `ended`: the connection was over, also in the middle of a head.
    outcome head(received_request& request);
    /// Reads the body of the head just read; at most `limit` bytes.
    outcome body(std::string& to, std::uint64_t limit);

    request_framing const& framing() const noexcept { return framing_; }
    /// Why the last outcome was `malformed`.
    std::string const& complaint() const noexcept { return complaint_; }
    /// Bytes that came and were not asked for.
    std::size_t held() const noexcept { return buffer_.size(); }
    /// Whether bytes came after the request: nobody may send the next one before having the reply.
    bool more_came() const { return !buffer_.empty() || connection_.readable(); }

private:
    bool fill();
    outcome complain(std::string what);
    outcome exactly(std::string& to, std::uint64_t count);
    outcome line(std::string& to);
    outcome chunks(std::string& to, std::uint64_t limit);

    channel& connection_;
    std::string buffer_;
    request_framing framing_;
    std::string complaint_;
};

}  // namespace sluice::inline v0::testing
