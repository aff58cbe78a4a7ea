#include "testing/service_message.hpp"

#include "testing/http_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

std::string_view reason(int const status) {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 417: return "Expectation Failed";
    case 416: return "Requested Range Not Satisfiable";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Slow Down";
    default: return "Status";
    }
}

std::optional<std::uint64_t> number(std::string_view const text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

service_problem refusal(std::string message, std::string code, int const status) {
    service_problem problem(status, std::move(code), std::move(message));
    problem.refused = true;
    return problem;
}

std::string_view service_reply::content() const noexcept {
    if (!object) return body;
    return std::string_view(*object).substr(static_cast<std::size_t>(first), static_cast<std::size_t>(length));
}

std::string const* service_request::find_parameter(std::string_view const name) const noexcept {
    for (auto const& [parameter, value] : parameters)
        if (parameter == name) return &value;
    return nullptr;
}

std::string const* service_request::find_header(std::string_view const name) const noexcept {
    for (auto const& [field, value] : raw.headers)
        if (same_name(field, name)) return &value;
    return nullptr;
}

std::optional<byte_slice> parse_range(std::string const& range, std::uint64_t const size) {
    auto const bad = [&] { return refusal("malformed Range: " + range, "InvalidArgument"); };
    std::string_view text = range;
    if (!text.starts_with("bytes=")) throw bad();
    text.remove_prefix(6);
    auto const dash = text.find('-');
    if (dash == text.npos || text.size() == 1) throw bad();
    auto const first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
    if (dash == 0) {
        if (!last) throw bad();
        if (*last == 0 || size == 0) return std::nullopt;
        auto const length = std::min(*last, size);
        return byte_slice{size - length, length};
    }
    bool const open = dash + 1 == text.size();
    if (!first || (!last && !open) || (last && *last < *first)) throw bad();
    if (*first >= size) return std::nullopt;
    return byte_slice{*first, (open ? size - 1 : std::min(*last, size - 1)) - *first + 1};
}

void cut_to(service_reply& reply, byte_slice const part) {
    reply.status = 206;
    reply.first = part.first;
    reply.length = part.length;
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.first) + "-" + std::to_string(part.first + part.length - 1) +
                                                    "/" + std::to_string(reply.object->size()));
}

byte_slice shifted(byte_slice const asked, std::int64_t const shift, std::uint64_t const size) noexcept {
    auto const moved = std::clamp<std::int64_t>(static_cast<std::int64_t>(asked.first) + shift, 0, static_cast<std::int64_t>(size) - 1);
    auto const first = static_cast<std::uint64_t>(moved);
    return {first, std::min(asked.length, size - first)};
}

void flip(service_reply& reply, std::uint64_t const at) {
    std::string spoilt = *reply.object;
    if (at < reply.length) spoilt[static_cast<std::size_t>(reply.first + at)] ^= 1;
    reply.object = std::make_shared<std::string const>(std::move(spoilt));
}

void set_header(header_list& headers, std::string const& name, std::string const& value) {
    std::erase_if(headers, [&](auto const& header) { return same_name(header.first, name); });
    if (!value.empty()) headers.emplace_back(name, value);
}

std::string head_of(service_reply const& reply) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " + std::string(reason(reply.status)) + "\r\n";
    for (auto const& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    return head + "\r\n";
}

}  // namespace sluice::inline v0::testing
