#include "testing/world/conversation.hpp"

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t head_limit = 64 * 1024;

}  // namespace

void http_conversation::received(std::string_view const bytes) {
    if (stage_ == stage::over) return;
    if (stage_ == stage::body && buffer_.empty()) {  // straight to where it belongs
        std::size_t const missing = framing_.length.value_or(0) - request_.body.size();
        request_.body += bytes.substr(0, missing);
        buffer_ = bytes.substr(std::min(missing, bytes.size()));
    } else {
        buffer_ += bytes;
    }
    turn();
}

void http_conversation::turn() {
    for (bool more = true; more;) {
        switch (stage_) {
        case stage::head: more = take_head(); break;
        case stage::body: more = take_body(); break;
        default: more = false;
        }
    }
}

bool http_conversation::nonsense(std::string const& complaint) {
    stage_ = stage::over;
    on_nonsense(request_, complaint);
    return false;
}

bool http_conversation::take_head() {
    std::size_t const end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return buffer_.size() > head_limit && nonsense("head over 64 KiB");
    request_ = {};
    std::string const wrong = parse_head(std::string_view(buffer_).substr(0, end + 4), request_, framing_);
    buffer_.erase(0, end + 4);
    if (!wrong.empty()) return nonsense(wrong);
    if (framing_.chunked) return nonsense("a chunked body");
    stage_ = stage::body;
    if (on_head(request_)) return true;
    stage_ = stage::over;
    return false;
}

bool http_conversation::take_body() {
    std::uint64_t const length = framing_.length.value_or(0);
    std::size_t const missing = length - request_.body.size();
    request_.body.append(buffer_, 0, missing);
    buffer_.erase(0, missing);
    if (request_.body.size() < length) return false;
    stage_ = stage::busy;
    on_request(request_);
    return stage_ == stage::head;
}

void http_conversation::next() {
    stage_ = framing_.close ? stage::over : stage::head;
    if (framing_.close) wire_.close();
    if (stage_ == stage::head && !buffer_.empty()) turn();
}

}  // namespace sluice::inline v0::testing
