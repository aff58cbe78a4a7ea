#include "testing/http_reader.hpp"
#include "testing/s3_checksums.hpp"
#include "testing/s3_operations.hpp"

#include <charconv>
#include <optional>

namespace sluice::inline v0::testing {
namespace {

constexpr std::uint64_t least_chunk = 8192;

s3_problem incomplete(std::string what) {
    return refusal("The request body terminated unexpectedly: " + std::move(what), "IncompleteBody");
}

/// Takes a line off the front, without its end.
std::string_view take_line(std::string_view& rest) {
    auto const end = rest.find("\r\n");
    if (end == rest.npos) throw incomplete("a line without its end");
    auto const line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

std::uint64_t number_of(std::string_view const text, int const base, char const* const what) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) throw incomplete(std::string("bad ") + what);
    return value;
}

std::string data_of(std::string_view& rest) {
    std::string data;
    bool short_one = false;
    for (;;) {
        std::uint64_t const size = number_of(take_line(rest), 16, "chunk size");
        if (size == 0) return data;
        if (short_one) throw refusal("Only the last chunk is allowed to have a size less than 8192 bytes", "InvalidChunkSizeError", 403);
        short_one = size < least_chunk;
        if (rest.size() < size) throw incomplete("a chunk is shorter than it says");
        data += rest.substr(0, static_cast<std::size_t>(size));
        rest.remove_prefix(static_cast<std::size_t>(size));
        if (!take_line(rest).empty()) throw incomplete("a chunk is longer than it says");
    }
}

}  // namespace

bool decode_chunks(s3_request const& request) {
    std::string const* const payload = request.find_header("x-amz-content-sha256");
    bool const coded = payload != nullptr && *payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    std::string const encoding = request.raw.header("content-encoding").substr(0, 11) == "aws-chunked" ? "aws-chunked" : "";
    std::string const* const length = request.find_header("x-amz-decoded-content-length");
    std::string const* const trailer = request.find_header("x-amz-trailer");
    if (!coded) {
        if (!encoding.empty() || length != nullptr || trailer != nullptr) throw refusal("parts of aws-chunked without the rest");
        return false;
    }
    if (encoding.empty()) throw refusal("aws-chunked is not said in Content-Encoding");
    if (length == nullptr)
        throw refusal("You must provide the Content-Length HTTP header: x-amz-decoded-content-length", "MissingContentLength", 411);
    if (trailer == nullptr || !is_checksum_header(*trailer)) throw refusal("x-amz-trailer names no checksum");
    std::string_view rest = request.raw.body;
    std::string data = data_of(rest);
    if (data.size() != number_of(*length, 10, "decoded length")) throw incomplete("x-amz-decoded-content-length says otherwise");
    auto const line = take_line(rest);
    auto const colon = line.find(':');
    if (colon == line.npos || line.substr(0, colon) != *trailer)
        throw refusal("The trailer is not the one announced", "MalformedTrailerError");
    if (!take_line(rest).empty() || !rest.empty()) throw refusal("something follows the trailer", "MalformedTrailerError");
    if (request.find_header(*trailer) != nullptr) throw refusal("the trailer's checksum came as a header, too");
    request.raw.headers.emplace_back(*trailer, line.substr(colon + 1));
    request.raw.body = std::move(data);
    return true;
}

}  // namespace sluice::inline v0::testing
