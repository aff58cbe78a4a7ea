#pragma once

namespace sluice::test {

/// Whether this is built for a sanitizer, under which the same takes many times as long, and how often a loop over every point of a run
/// stops under it: at each `every_nth` of them. The simulated worlds and pure code run on one thread, where TSan has least to find.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
inline constexpr unsigned every_nth = 20;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
inline constexpr unsigned every_nth = 5;
#elif defined(__has_feature)  // clang's way to say it
inline constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
inline constexpr unsigned every_nth = __has_feature(thread_sanitizer) ? 20 : sanitized ? 5 : 1;
#else
inline constexpr bool sanitized = false;
inline constexpr unsigned every_nth = 1;
#endif

}  // namespace sluice::test
