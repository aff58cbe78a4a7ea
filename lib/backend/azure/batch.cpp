#include "backend/azure/batch.hpp"

#include "http/response_head.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

constexpr std::string_view line_end = "\r\n", head_end = "\r\n\r\n";

failure broken(std::string what) { return {errc::protocol, "the answer to the batch " + std::move(what)}; }

/// The parts between the lines that the first of them names. The last part's end is marked; nothing counts behind it.
result<std::vector<std::string_view>> split(std::string_view body) {
    std::string_view const boundary = body.substr(0, body.find(line_end));
    if (!boundary.starts_with("--") || boundary.size() < 3 || boundary.size() > 80) return broken("does not begin as one");
    std::string const between = std::string(line_end) + std::string(boundary);
    body.remove_prefix(boundary.size());
    std::vector<std::string_view> parts;
    while (!body.starts_with("--")) {
        if (!body.starts_with(line_end)) return broken("has a boundary that goes on");
        std::size_t const end = body.find(between, line_end.size());
        if (end == std::string_view::npos) return broken("has no end");
        parts.push_back(body.substr(line_end.size(), end - line_end.size()));
        body.remove_prefix(end + between.size());
    }
    return parts;
}

/// Which request the part answers, by its own head.
std::optional<std::size_t> number_of(std::string_view head) noexcept {
    constexpr std::string_view name = "content-id:";
    while (!head.empty()) {
        std::string_view line = head.substr(0, head.find(line_end));
        head.remove_prefix(std::min(line.size() + line_end.size(), head.size()));
        if (!http::equal_ignoring_case(line.substr(0, name.size()), name)) continue;
        line.remove_prefix(name.size());
        while (line.starts_with(' ')) line.remove_prefix(1);
        std::size_t number = 0;
        auto const [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
        if (error == std::errc() && end == line.data() + line.size()) return number;
        return std::nullopt;
    }
    return std::nullopt;
}

/// Line ends behind a head may be the boundary's.
batch_answer read_answer(std::string_view const response) {
    std::string const text = std::string(response) + std::string(head_end);
    http::head_parser parser;
    parser.reset(false);
    http::response_head head;
    result<std::size_t> const size = parser.feed(std::as_bytes(std::span<char const>(text)), head);
    batch_answer answer;
    if (!size || *size == 0) return answer;
    answer.status = head.status;
    if (head.status >= 200 && head.status < 300) return answer;
    std::string_view body = std::string_view(text).substr(*size);
    body = body.substr(0, body.find_last_not_of("\r\n") + 1);
    answer.why = read_refusal(head, std::string(body));
    return answer;
}

bool is_of_container(std::string_view const code) noexcept {
    return code == "ContainerNotFound" || code == "ContainerBeingDeleted" || code == "ContainerDisabled";
}

}  // namespace

recipe batch_recipe() {
    recipe r;
    r.method = "POST";
    r.query = "comp=batch&restype=container";
    return r;
}

bool batch_body::add(http::request const& part) {
    std::string one = "--" + boundary_ + "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
    one.append("Content-ID: ").append(std::to_string(count_)).append(head_end);
    one.append(part.method).append(" ").append(part.target).append(" HTTP/1.1\r\n");
    for (std::size_t i = 0; i < part.headers.size(); ++i) {
        http::fields::view const field = part.headers[i];
        if (!http::equal_ignoring_case(field.name, "host")) one.append(field.name).append(": ").append(field.value).append(line_end);
    }
    one += "Content-Length: 0\r\n\r\n";
    std::size_t const end = boundary_.size() + 6;
    if (count_ == batch_limit || text_.size() + one.size() + end > batch_size_limit) return false;
    ++count_;
    text_ += one;
    return true;
}

std::string batch_body::take() {
    text_.append("--").append(boundary_).append("--\r\n");
    return std::move(text_);
}

result<std::vector<batch_answer>> parse_batch(std::string_view const body, std::size_t const count) {
    auto const parts = split(body);
    if (!parts) return parts.error();
    std::vector<batch_answer> answers(count);
    std::vector<unsigned> told(count);
    for (std::string_view const part : *parts) {
        std::size_t const end = part.find(head_end);
        if (end == std::string_view::npos) continue;
        std::optional<std::size_t> const number = number_of(part.substr(0, end));
        if (!number || *number >= count) continue;
        answers[*number] = ++told[*number] == 1 ? read_answer(part.substr(end + head_end.size())) : batch_answer();
    }
    return answers;
}

key_fate fate_of(batch_answer const& one, sent_as const& as, std::optional<failure>& why) {
    if (one.status == 202) return key_fate::removed;
    if (one.status < 400) return key_fate::alone;
    failure f = failure_of(one.why, as);
    if (is_gone(f)) return key_fate::removed;
    if (outcome_of(one.why, as) != retry::outcome::final_answer || !is_of_key(f)) return key_fate::alone;
    why.emplace(std::move(f));
    return key_fate::refused;
}

bool refuses_batches(failure const& f) noexcept {
    int const status = f.info().status;
    if (is_of_container(f.info().service_code)) return false;
    if (status == 401 || status == 408 || status == 429) return false;
    return status == 501 || (status >= 400 && status < 500);
}

bool is_gone(failure const& f) noexcept { return f.info().service_code == "BlobNotFound" || f.info().service_code == "ResourceNotFound"; }

bool is_of_key(failure const& f) noexcept {
    return f.reason() == errc::permission_denied || f.info().status == 409 || f.info().status == 412;
}

}  // namespace sluice::inline v0::azure
