#pragma once

#include "backend/file/operation.hpp"
#include "uring/alignment.hpp"
#include "uring/file.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <utility>

namespace sluice::inline v0::file {

/// The word of `object_meta::access`.
constexpr char const* word_of(file_access access) noexcept { return access == file_access::direct ? "direct" : "buffered"; }

/// What a file opened O_DIRECT, or only looked at, asks for. Errors: unsupported where its file system cannot.
awaitable<result<uring::alignment>> alignment_of(uring::file* file, uring::file_status const* status);

/// The same of a call that O_DIRECT made fail: the system says EINVAL where it cannot, and that it cannot is what a caller wants to know.
failure unsupported_directly(failure why);

/// Tells the log that the operation goes through the page cache, and why.
void say_buffered(operation const* op, failure const& why);

/// Awaits `(*attempt)(access)`, a coroutine that answers result<T>, with the access that the store's settings name; and, where that is
/// unsupported and direct access only preferred, with `buffered`. Lifetime: `attempt` until the await completes.
template <class T, class Attempt>
awaitable<result<T>> by_access(operation* op, Attempt const* attempt) {
    file_settings const& settings = op->store().settings;
    result<T> done = co_await (*attempt)(settings.access);
    bool const may_fall_back = settings.access == file_access::direct && settings.direct == direct_mode::preferred;
    if (done || !may_fall_back || done.error().reason() != errc::unsupported) co_return std::move(done);
    failure const why = done.error();
    done = co_await (*attempt)(file_access::buffered);
    if (done) say_buffered(op, why);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::file
