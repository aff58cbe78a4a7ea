#include "backend/file/caching.hpp"

#include <fcntl.h>

#include <optional>

namespace sluice::inline v0::file {

namespace {

constexpr std::uint64_t page = 4096;

std::optional<int> advice_for(file_settings const& settings, bool const in_order) noexcept {
    switch (settings.pattern) {
    case access_pattern::automatic:
    case access_pattern::dont_need: return in_order ? std::optional(POSIX_FADV_SEQUENTIAL) : std::nullopt;
    case access_pattern::sequential: return POSIX_FADV_SEQUENTIAL;
    case access_pattern::random: return POSIX_FADV_RANDOM;
    }
    return std::nullopt;
}

}  // namespace

awaitable<result<void>> advise_opened(file_settings const* const settings, uring::file* const file, bool const in_order) {
    std::optional<int> const advice = settings == nullptr ? std::nullopt : advice_for(*settings, in_order);
    if (!advice) co_return result<void>();
    co_return co_await file->advise(*advice);
}

awaitable<result<void>> advise_used(file_settings const* const settings, uring::file* const file, std::uint64_t const offset,
                                    std::uint64_t const length) {
    if (settings == nullptr || settings->pattern != access_pattern::dont_need || length == 0) co_return result<void>();
    std::uint64_t const start = offset - offset % page;  // a page that is only partly named would stay
    co_return co_await file->advise(POSIX_FADV_DONTNEED, start, offset + length - start);
}

}  // namespace sluice::inline v0::file
