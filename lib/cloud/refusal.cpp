#include "cloud/refusal.hpp"

#include "base/http_date.hpp"
#include "cloud/range_answer.hpp"

#include <utility>

namespace sluice::inline v0::cloud {

void read_head(refusal& into, http::response_head const& head, std::string_view const id_header) {
    into.status = head.status;
    into.request_id = cut(std::string(head.headers.value_or(id_header)), id_limit);
    into.date = base::parse_http_date(head.headers.value_or("date"));
    into.retry_after = cut(std::string(head.headers.value_or("retry-after")), id_limit);
    if (auto const range = parse_content_range(head.headers.value_or("content-range"))) into.object_size = range->total;
}

std::string cut(std::string text, std::size_t const limit) {
    if (text.size() <= limit) return text;
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
    text.resize(end);
    return text;
}

std::string printable(std::string_view const text) {
    constexpr std::size_t most = 200;
    std::string shown;
    for (char const c : text) {
        if (shown.size() == most) break;
        if (c >= 0x20 && c < 0x7f) shown += c;
    }
    return shown;
}

bool is_redirect(int const status) noexcept { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

std::string host_of(std::string_view url) {
    std::size_t const colon = url.find("://");
    if (colon == std::string_view::npos) return {};
    url = url.substr(colon + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (std::size_t const at = url.rfind('@'); at != std::string_view::npos) url = url.substr(at + 1);
    return printable(url);
}

bool clock_is_off(refusal const& r, std::chrono::system_clock::time_point const signed_at) noexcept {
    if (!r.date) return false;
    auto const off = *r.date > signed_at ? *r.date - signed_at : signed_at - *r.date;
    return off > std::chrono::minutes(10);
}

failure failure_of(refusal const& r, errc const reason, std::string detail) {
    failure f(reason, std::move(detail));
    f.sent(true);
    f.info().status = r.status;
    f.info().service_code = r.code;
    f.info().service_message = r.message;
    f.info().request_id = r.request_id;
    return f;
}

}  // namespace sluice::inline v0::cloud
