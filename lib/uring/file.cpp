#include "uring/file.hpp"

#include "async/clock.hpp"
#include "uring/errors.hpp"
#include "uring/files.hpp"
#include "uring/lock_pause.hpp"
#include "uring/transfer_progress.hpp"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>

namespace asio = boost::asio;

namespace sluice::inline v0::uring {

namespace {

result<void> all_written(bool all, std::string const& path) {
    if (!all) return failure(errc::io, "cannot write " + path + ": the system takes no more bytes");
    return {};
}

result<void> locked(bool had, std::string const& path) {
    if (!had) return failure(errc::timed_out, "cannot lock " + path + ": somebody else holds it");
    return {};
}

}  // namespace

awaitable<result<std::size_t>> file::read_some(std::uint64_t offset, std::span<std::byte> into) {
    std::int32_t const n = co_await open_.owner().perform(request::read(open_.number(), into, offset));
    co_return open_.moved("read", n);
}

awaitable<result<std::size_t>> file::write_some(std::uint64_t offset, std::span<std::byte const> from) {
    std::int32_t const n = co_await open_.owner().perform(request::write(open_.number(), from, offset));
    co_return open_.moved("write", n);
}

awaitable<result<std::size_t>> file::read_some(std::uint64_t offset, std::span<iovec const> into) {
    std::int32_t const n = co_await open_.owner().perform(request::read(open_.number(), into, offset));
    co_return open_.moved("read", n);
}

awaitable<result<std::size_t>> file::write_some(std::uint64_t offset, std::span<iovec const> from) {
    std::int32_t const n = co_await open_.owner().perform(request::write(open_.number(), from, offset));
    co_return open_.moved("write", n);
}

awaitable<result<std::size_t>> file::read_full(std::uint64_t offset, std::span<std::byte> into, std::size_t alignment) {
    transfer_progress progress(into.size(), alignment);
    auto state = progress.empty() ? transfer_progress::state::all : transfer_progress::state::more;
    while (state == transfer_progress::state::more) {
        std::size_t const done = progress.done();
        std::int32_t const n = co_await open_.owner().perform(request::read(open_.number(), into.subspan(done), offset + done));
        if (n < 0) co_return open_.failed("read", n);
        state = progress.moved(static_cast<std::size_t>(n));
    }
    co_return progress.done();
}

awaitable<result<void>> file::write_full(std::uint64_t offset, std::span<std::byte const> from) {
    transfer_progress progress(from.size());
    auto state = progress.empty() ? transfer_progress::state::all : transfer_progress::state::more;
    while (state == transfer_progress::state::more) {
        std::size_t const done = progress.done();
        std::int32_t const n = co_await open_.owner().perform(request::write(open_.number(), from.subspan(done), offset + done));
        if (n < 0) co_return open_.failed("write", n);
        state = progress.moved(static_cast<std::size_t>(n));
    }
    co_return all_written(state == transfer_progress::state::all, path());
}

awaitable<result<void>> file::sync_data() { return open_.perform(request::sync_data(open_.number()), "flush"); }

awaitable<result<void>> file::allocate(int mode, std::uint64_t offset, std::uint64_t length) {
    return open_.perform(request::allocate(open_.number(), mode, offset, length), "make room for");
}

awaitable<result<void>> file::resize(std::uint64_t size) { return open_.perform(request::resize(open_.number(), size), "resize"); }

awaitable<result<std::size_t>> file::copy_some(std::uint64_t offset, file& to, std::uint64_t to_offset, std::uint64_t length) {
    request const copy = request::copy_range(open_.number(), offset, to.open_.number(), to_offset, length);
    std::int32_t const n = co_await open_.owner().perform(copy);
    if (n < 0) co_return file_failure("copy " + path() + " to", to.path(), -n);
    co_return static_cast<std::size_t>(n);
}

awaitable<result<void>> file::set_mode(unsigned mode) { return open_.perform(request::set_mode(open_.number(), mode), "set the mode of"); }

awaitable<result<void>> file::set_modified(std::int64_t nanoseconds) {
    return open_.perform(request::set_modified(open_.number(), nanoseconds), "set the time of");
}

awaitable<result<void>> file::advise(int advice, std::uint64_t offset, std::uint64_t length) {
    return open_.perform(request::advise(open_.number(), offset, length, advice), "give advice on");
}

awaitable<result<void>> file::read_ahead(std::uint64_t offset, std::uint64_t length) {
    return open_.perform(request::read_ahead(open_.number(), offset, length), "read ahead");
}

awaitable<result<bool>> file::try_lock(lock_kind kind) {
    int const how = kind == lock_kind::exclusive ? LOCK_EX : LOCK_SH;
    std::int32_t const n = co_await open_.owner().perform(request::lock(open_.number(), how));
    if (n == -EWOULDBLOCK) co_return false;
    if (n < 0) co_return open_.failed("lock", n);
    co_return true;
}

awaitable<result<void>> file::lock(lock_kind kind, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    for (unsigned tries = 0;; ++tries) {
        result<bool> const had = co_await try_lock(kind);
        if (!had) co_return had.error();
        async::time_point const now = clock.now();
        if (*had || now >= deadline) co_return locked(*had, path());
        co_await clock.sleep_until(std::min(now + lock_pause(tries), deadline));
    }
}

awaitable<result<void>> file::unlock() { return open_.perform(request::lock(open_.number(), LOCK_UN), "unlock"); }

awaitable<result<std::uint64_t>> file::file_system() {
    std::uint64_t type = 0;
    std::int32_t const n = co_await open_.owner().perform(request::file_system(open_.number(), &type));
    if (n < 0) co_return open_.failed("look at the file system of", n);
    co_return type;
}

result<file> file::duplicate(files& other) const {
    result<descriptor> second = open_.duplicate(other.provider());
    if (!second) return second.error();
    return file(std::move(*second));
}

}  // namespace sluice::inline v0::uring
