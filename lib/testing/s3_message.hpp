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

/// Thrown by whatever serves a request: an S3 error document.
struct s3_problem {
    s3_problem(int status, std::string code, std::string message) : status(status), code(std::move(code)), message(std::move(message)) {}
    int status;
    std::string code, message;
    header_list headers;
    std::string elements;  ///< further elements of the document, as XML
    bool refused = false;  ///< the request was ill-formed or wrongly signed, not merely impossible
};

/// The problem of a request that no correct client sends.
s3_problem refusal(std::string message, std::string code = "InvalidRequest", int status = 400);

/// What goes back; either `body` or a slice of an object, which is sent from where it lies.
struct s3_reply {
    int status = 200;
    header_list headers;
    std::string body;
    std::shared_ptr<std::string const> object;
    std::uint64_t first = 0, length = 0;

    std::string_view content() const noexcept;
};
s3_reply xml_reply(std::string root_content);
s3_reply problem_reply(s3_problem const& problem, std::string_view resource, std::string_view request_id);

/// A request as S3 sees it, taken apart and found well-formed.
struct s3_request {
    explicit s3_request(received_request& raw) : raw(raw) {}
    received_request& raw;
    std::string path, query;  ///< as sent, which is the only way to write them
    std::string bucket, key;  ///< decoded
    header_list parameters;   ///< of the query, decoded, in order
    std::string resource() const { return "/" + bucket + "/" + key; }

    bool is(std::string_view method) const noexcept { return raw.method == method; }
    bool has_parameter(std::string_view name) const noexcept { return find_parameter(name) != nullptr; }
    std::string const* find_parameter(std::string_view name) const noexcept;
    /// Null when the request has no such header; "" is a header of its own.
    std::string const* find_header(std::string_view name) const noexcept;
};

/// Checks of the head alone, before its body may be read. Throws s3_problem.
void check_head(received_request const& raw);
/// Takes the target apart; `domain` is what follows a bucket's name in virtual-host style. Throws s3_problem.
s3_request parse_request(received_request& raw, std::string_view domain);
/// Which parameters and x-amz headers the operation knows; those of directory buckets are others. Throws s3_problem.
void check_operation(s3_request const& request, bool directory);

}  // namespace sluice::inline v0::testing
