#include "http/response_head.hpp"

#include "http/quoted.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace beast = boost::beast::http;
using boost::system::error_code;
using text_view = boost::beast::string_view;

namespace sluice::inline v0::http {

namespace {

/// Hands fields straight to our own list: no Beast message, no allocation a field.
class collector final : public beast::basic_parser<false> {
public:
    collector(response_head& into, bool to_head_request) : into_(into) {
        header_limit(static_cast<std::uint32_t>(head_parser::limit));
        body_limit(boost::none);  // 8 MiB otherwise, checked when the head is parsed
        skip(to_head_request);
    }

    bool http_1_0() const noexcept { return http_1_0_; }

private:
    void on_response_impl(int code, text_view, int version, error_code&) override {
        into_.status = code;
        http_1_0_ = version < 11;
    }

    void on_field_impl(beast::field, text_view name, text_view value, error_code&) override {
        into_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }

    void on_header_impl(error_code&) override {}
    void on_finish_impl(error_code&) override {}

    // Never reached: not eager, so that `put` stops behind the head.
    void on_request_impl(beast::verb, text_view, text_view, int, error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(text_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, text_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, text_view body, error_code&) override { return body.size(); }

    response_head& into_;
    bool http_1_0_ = false;
};

// Beast asks for a whole line first, and a server that speaks something else may never send one.
constexpr std::string_view every_head = "HTTP/1.";

/// The line of `input` that `at` lies in: what to show of a head that is not one.
std::string_view line_around(std::string_view input, std::size_t at) {
    std::size_t const begin = at == 0 ? 0 : input.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    std::string_view const rest = input.substr(std::min(begin, input.size()));
    return rest.substr(0, rest.find('\n'));
}

bool has_no_body(int status, bool to_head_request) { return to_head_request || status / 100 == 1 || status == 204 || status == 304; }

/// Of the fields that say where the body ends there must be no doubt, or one connection's answers could be read two ways.
std::string framing_fault(response_head const& head, bool http_1_0, bool has_length) {
    std::size_t codings = 0;
    for (std::size_t i = 0; i < head.headers.size(); ++i) {
        fields::view const field = head.headers[i];
        if (!equal_ignoring_case(field.name, "transfer-encoding")) continue;
        ++codings;
        if (!equal_ignoring_case(field.value, "chunked")) return "a Transfer-Encoding other than chunked: " + quoted(field.value);
    }
    if (head.status < 100) return "a status below 100: " + std::to_string(head.status);
    if (codings > 1) return "more than one Transfer-Encoding";
    if (codings == 1 && http_1_0) return "Transfer-Encoding in an HTTP/1.0 answer";
    if (codings == 1 && has_length) return "Transfer-Encoding together with Content-Length";
    return {};
}

}  // namespace

struct head_parser::state {
    bool to_head_request = false;
    std::size_t eaten = 0;  // bytes of the head that Beast has already taken: whole lines
    std::optional<collector> parser;
};

head_parser::head_parser() : state_(std::make_unique<state>()) {}
head_parser::~head_parser() = default;
head_parser::head_parser(head_parser&&) noexcept = default;
head_parser& head_parser::operator=(head_parser&&) noexcept = default;

void head_parser::reset(bool to_head_request) {
    state_->to_head_request = to_head_request;
    state_->eaten = 0;
    state_->parser.reset();
}

result<std::size_t> head_parser::feed(std::span<std::byte const> input, response_head& into) {
    state& s = *state_;
    std::string_view const text(reinterpret_cast<char const*>(input.data()), input.size());
    if (std::string_view const start = text.substr(0, every_head.size()); !every_head.starts_with(start)) {
        bool const tls = text[0] == '\x15' || text[0] == '\x16';  // an alert, a handshake
        return failure(errc::protocol, "not HTTP/1" + std::string(tls ? " but TLS (is the endpoint https?): " : ": ") + quoted(text));
    }
    if (!s.parser) {
        into.headers.clear();
        s.parser.emplace(into, s.to_head_request);
    }
    error_code error;
    s.eaten += s.parser->put(boost::asio::buffer(input.data() + s.eaten, input.size() - s.eaten), error);
    if (error && error != beast::error::need_more) {
        std::string_view const line = line_around(text, s.eaten);
        return failure(errc::protocol, "not an HTTP/1.1 response head (" + error.message() + "): " + quoted(line));
    }
    if (!s.parser->is_header_done()) {
        // Beast's own limit begins anew with each line it has taken.
        if (input.size() >= limit) return failure(errc::protocol, "a response head of more than 64 KiB, beginning with " + quoted(text));
        return std::size_t{0};
    }

    auto const length = s.parser->content_length();
    std::string fault = framing_fault(into, s.parser->http_1_0(), length.has_value());
    if (!fault.empty()) return failure(errc::protocol, "the response has " + std::move(fault));
    into.has_content_length = length.has_value();
    into.content_length = length.value_or(0);
    into.keep_alive = s.parser->keep_alive();
    if (has_no_body(into.status, s.to_head_request) || (length && *length == 0))
        into.body = framing::none;
    else if (s.parser->chunked())
        into.body = framing::chunked;
    else
        into.body = length ? framing::length : framing::until_end;
    return std::exchange(s.eaten, 0);
}

}  // namespace sluice::inline v0::http
