#include "testing/digest.hpp"
#include "testing/http_reader.hpp"
#include "testing/s3_checksums.hpp"
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <charconv>

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

/// Takes "NAMEvalue" apart; the name must be that.
std::string_view value_of(std::string_view const text, std::string_view const name) {
    if (!text.starts_with(name)) throw refusal("no " + std::string(name), "MalformedTrailerError");
    return text.substr(name.size());
}

/// The size that the head of a chunk tells; `signature` is what else it tells.
std::uint64_t chunk_size_of(std::string_view const head, bool const is_signed, std::string_view& signature) {
    if (!is_signed) return number_of(head, 16, "chunk size");
    auto const end = std::min(head.find(';'), head.size());
    signature = value_of(head.substr(end), ";chunk-signature=");
    return number_of(head.substr(0, end), 16, "chunk size");
}

std::string data_of(std::string_view& rest, s3_chunk_chain* const chain) {
    std::string data;
    bool short_one = false;
    for (;;) {
        std::string_view signature;
        std::uint64_t const size = chunk_size_of(take_line(rest), chain != nullptr, signature);
        if (size != 0 && short_one)
            throw refusal("Only the last chunk is allowed to have a size less than 8192 bytes", "InvalidChunkSizeError", 403);
        short_one = size < least_chunk;
        if (rest.size() < size) throw incomplete("a chunk is shorter than it says");
        std::string_view const chunk = rest.substr(0, static_cast<std::size_t>(size));
        if (chain != nullptr) chain->follow("AWS4-HMAC-SHA256-PAYLOAD", hex(sha256("")) + '\n' + hex(sha256(chunk)), signature);
        if (size == 0) return data;
        data += chunk;
        rest.remove_prefix(chunk.size());
        if (!take_line(rest).empty()) throw incomplete("a chunk is longer than it says");
    }
}

}  // namespace

bool decode_chunks(s3_request const& request, s3_gate const& gate) {
    std::string const* const payload = request.find_header("x-amz-content-sha256");
    bool const is_signed = payload != nullptr && *payload == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    bool const coded = is_signed || (payload != nullptr && *payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
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
    s3_chunk_chain chain;
    if (is_signed) chain = chunk_chain_of(request, gate);
    std::string_view rest = request.raw.body;
    std::string data = data_of(rest, is_signed ? &chain : nullptr);
    if (data.size() != number_of(*length, 10, "decoded length")) throw incomplete("x-amz-decoded-content-length says otherwise");
    auto const line = take_line(rest);
    auto const colon = line.find(':');
    if (colon == line.npos || line.substr(0, colon) != *trailer)
        throw refusal("The trailer is not the one announced", "MalformedTrailerError");
    if (is_signed)
        chain.follow("AWS4-HMAC-SHA256-TRAILER", hex(sha256(std::string(line) + '\n')),
                     value_of(take_line(rest), "x-amz-trailer-signature:"));
    if (!take_line(rest).empty() || !rest.empty()) throw refusal("something follows the trailer", "MalformedTrailerError");
    if (request.find_header(*trailer) != nullptr) throw refusal("the trailer's checksum came as a header, too");
    request.raw.headers.emplace_back(*trailer, line.substr(colon + 1));
    request.raw.body = std::move(data);
    return true;
}

}  // namespace sluice::inline v0::testing
