#pragma once

#include <sluice/testing/script_server.hpp>

#include "testing/s3_text.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Thrown by whatever serves a request: an error document of the service.
struct service_problem {
    service_problem(int status, std::string code, std::string message)
        : status(status),
          code(std::move(code)),
          message(std::move(message)) {}
    int status;
    std::string code, message;
    header_list headers;
    std::string elements;  ///< further elements of the document, as XML
    bool refused = false;  ///< the request was ill-formed or wrongly signed, not merely impossible
};

/// The problem of a request that no correct client sends.
service_problem refusal(std::string message, std::string code = "InvalidRequest", int status = 400);

/// What goes back; either `body` or a slice of an object, which is sent from where it lies.
struct service_reply {
    int status = 200;
    header_list headers;
    std::string body;
    std::shared_ptr<std::string const> object;
    std::uint64_t first = 0, length = 0;

    std::string_view content() const noexcept;
};

/// A request as a service sees it, taken apart and found well-formed.
struct service_request {
    explicit service_request(received_request& raw) : raw(raw) {}
    received_request& raw;
    std::string path, query;  ///< as sent
    header_list parameters;   ///< of the query, decoded, in order

    bool is(std::string_view method) const noexcept { return raw.method == method; }
    bool has_parameter(std::string_view name) const noexcept { return find_parameter(name) != nullptr; }
    std::string const* find_parameter(std::string_view name) const noexcept;
    /// Null when the request has no such header; "" is a header of its own.
    std::string const* find_header(std::string_view name) const noexcept;
};

struct byte_slice {
    std::uint64_t first = 0, length = 0;
};

/// What of `size` bytes a Range asks for; nothing when that is none of them. RFC 9110 lets a server ignore what it cannot parse; here it
/// is a mistake of the client. Throws service_problem.
std::optional<byte_slice> parse_range(std::string const& range, std::uint64_t size);
/// Makes `reply`, which has a whole object, one with that part of it: 206 and its Content-Range.
void cut_to(service_reply& reply, byte_slice part);
/// `asked`, moved by what a fault says, within `size` bytes.
byte_slice shifted(byte_slice asked, std::int64_t shift, std::uint64_t size) noexcept;
/// Spoils one byte of what is sent. Nothing tells: lengths, ETag and checksums are those of the object.
void flip(service_reply& reply, std::uint64_t at);

/// Replaces, adds or, for an empty value, takes away.
void set_header(header_list& headers, std::string const& name, std::string const& value);
/// Status line, headers and the empty line.
std::string head_of(service_reply const& reply);

}  // namespace sluice::inline v0::testing
