#include "backend/gcs/session_keeping.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sluice::inline v0::gcs {

awaitable<kept_session> claim_session(core const* const store, object_key key, put_options const* const options) {
    kept_session kept;
    gcs_session_keeper* const keeper = store->settings.sessions.get();
    if (keeper == nullptr || options->resume_as.empty()) co_return std::move(kept);
    std::string name = session_name(store->where.host + store->where.path, store->settings.bucket, key, options->resume_as);
    kept.place = co_await keeper->claim(std::move(name));
    if (!kept.place) {
        store->log.write(log_level::info, "put " + store->uri + key + ": another process has this upload; it begins anew, and is not kept");
        co_return std::move(kept);
    }
    std::string const text = co_await kept.place->load();
    std::optional<session_note> left = parse_session_note(text);
    if (left) kept.note = *std::move(left);
    bool const damaged = !left && !text.empty();
    if (damaged) store->log.write(log_level::info, "put " + store->uri + key + ": what was kept of this upload is damaged; it begins anew");
    co_return std::move(kept);
}

awaitable<void> keep_session(kept_session* const what, session_note note) {
    if (!what->place || note == what->note) co_return;
    std::string text = write_session_note(note);
    co_await what->place->save(std::move(text));
    what->note = std::move(note);
}

awaitable<void> forget_session(core const* const store, kept_session* const what) {
    if (!what->place) co_return;
    try {
        co_await what->place->forget();
    } catch (error const& e) {
        store->log.write(log_level::info, std::string("an upload that has ended stays in its place: ") + e.what());
    }
    what->place.reset();
}

bool is_worth_keeping(boost::system::error_code const failed) noexcept {
    constexpr std::array over{errc::cancelled,         errc::already_exists,   errc::precondition_failed, errc::not_found,
                              errc::checksum_mismatch, errc::invalid_argument, errc::unsupported,         errc::protocol};
    return std::ranges::none_of(over, [failed](errc one) { return failed == make_error_condition(one); });
}

}  // namespace sluice::inline v0::gcs
