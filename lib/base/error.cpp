#include <sluice/error.hpp>

#include <boost/asio/error.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace sluice::inline v0 {

namespace detail {
int const SLUICE_CONCAT(built_with_boost_, BOOST_VERSION) = BOOST_VERSION;
}

namespace {

struct described {
    errc reason;
    std::string_view name;
    boost::system::errc::errc_t like;  // success: no such condition
};

namespace like = boost::system::errc;
constexpr std::array table{
    described{errc::not_found, "not found", like::no_such_file_or_directory},
    described{errc::already_exists, "already exists", like::file_exists},
    described{errc::precondition_failed, "precondition failed", like::success},
    described{errc::not_modified, "not modified", like::success},
    described{errc::permission_denied, "permission denied", like::permission_denied},
    described{errc::unauthenticated, "not authenticated", like::success},
    described{errc::throttled, "throttled", like::success},
    described{errc::timed_out, "timed out", like::timed_out},
    described{errc::cancelled, "cancelled", like::operation_canceled},
    described{errc::truncated, "truncated", like::success},
    described{errc::checksum_mismatch, "checksum mismatch", like::success},
    described{errc::unreachable, "unreachable", like::success},
    described{errc::connection_lost, "connection lost", like::connection_reset},
    described{errc::untrusted_peer, "untrusted peer", like::success},
    described{errc::protocol, "protocol error", like::protocol_error},
    described{errc::invalid_argument, "invalid argument", like::invalid_argument},
    described{errc::unsupported, "unsupported", like::not_supported},
    described{errc::range_not_satisfiable, "range not satisfiable", like::success},
    described{errc::buffer_too_small, "buffer too small", like::no_buffer_space},
    described{errc::ambiguous, "outcome unknown", like::success},
    described{errc::no_space, "no space left", like::no_space_on_device},
    described{errc::io, "input/output error", like::io_error},
    described{errc::server, "server error", like::success},
};

constexpr described const* find(errc reason) noexcept {
    for (described const& d : table)
        if (d.reason == reason) return &d;
    return nullptr;
}

class category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "sluice"; }

    std::string message(int value) const override { return std::string(to_string(static_cast<errc>(value))); }

    boost::system::error_condition default_error_condition(int value) const noexcept override {
        described const* const d = find(static_cast<errc>(value));
        if (d == nullptr || d->like == like::success) return {value, *this};
        return like::make_error_condition(d->like);
    }

    // errc is a condition, so that `cancelled` can be Asio's own code and still compare equal.
    bool equivalent(boost::system::error_code const& code, int condition) const noexcept override {
        if (code.category() == *this) return code.value() == condition;
        return static_cast<errc>(condition) == errc::cancelled && code == boost::asio::error::operation_aborted;
    }
};

std::string describe(errc reason, error_info const& info) {
    std::string text;
    if (!info.operation.empty()) text += info.operation + ' ';
    text += info.uri;
    if (!text.empty()) text += ": ";
    text += to_string(reason);
    if (!info.detail.empty()) text += ": " + info.detail;
    std::string came;
    auto const add = [&came](std::string const& part) { came += (came.empty() ? "" : ", ") + part; };
    if (info.status != 0) add("HTTP " + std::to_string(info.status));
    if (!info.service_code.empty()) add(info.service_code);
    if (!info.service_message.empty()) add("service says \"" + info.service_message + '"');
    if (!info.request_id.empty()) add("request id " + info.request_id);
    if (info.attempts > 1) {
        std::array<char, 64> tries{};
        std::snprintf(tries.data(), tries.size(), "%u attempts in %.1f s", info.attempts,
                      std::chrono::duration<double>(info.elapsed).count());
        add(tries.data());
    }
    if (!came.empty()) text += " (" + came + ')';
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';  // one line, whatever the service sent
    return text;
}

}  // namespace

boost::system::error_category const& error_category() noexcept {
    static category const instance;
    return instance;
}

std::string_view to_string(errc reason) noexcept {
    described const* const d = find(reason);
    return d == nullptr ? "unknown error" : d->name;
}

boost::system::error_code make_error_code(errc reason) noexcept {
    if (reason == errc::cancelled) return boost::asio::error::operation_aborted;
    return {static_cast<int>(reason), error_category()};
}

boost::system::error_condition make_error_condition(errc reason) noexcept { return {static_cast<int>(reason), error_category()}; }

error::error(errc reason, error_info info) : system_error(make_error_code(reason)) {
    auto s = std::make_shared<state>();
    s->reason = reason;
    s->text = describe(reason, info);
    s->info = std::move(info);
    state_ = std::move(s);
}

failure::failure(errc reason, std::string detail) : reason_(reason), info_(std::make_shared<error_info>()) {
    info_->detail = std::move(detail);
}

void throw_exception_from_error(failure const& f, boost::source_location const&) { throw error(f.reason(), f.info()); }

void throw_error(failure f, std::string_view operation, std::string_view uri) {
    f.info().operation = operation;
    f.info().uri = uri;
    throw error(f.reason(), std::move(f.info()));
}

}  // namespace sluice::inline v0
