#include "standard_stream.hpp"

#include "session.hpp"

#include <sluice/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::cli {

namespace {

constexpr int pipe_size = 1 << 20;

/// A second opening of the same pipe or terminal, so that not blocking is ours alone and not forced on who shares the first. -1: none.
int reopened(int descriptor) {
    struct stat about {};
    if (::fstat(descriptor, &about) != 0 || (!S_ISFIFO(about.st_mode) && ::isatty(descriptor) == 0)) return -1;
    int const access = ::fcntl(descriptor, F_GETFL) & O_ACCMODE;
    std::string const path = "/proc/self/fd/" + std::to_string(descriptor);
    int const again = ::open(path.c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (again >= 0 && S_ISFIFO(about.st_mode)) ::fcntl(again, F_SETPIPE_SZ, pipe_size);  // fewer turns; refused is fine
    return again;
}

}  // namespace

standard_stream::standard_stream(asio::any_io_executor const& executor, int descriptor, std::string name)
    : descriptor_(descriptor),
      name_(std::move(name)) {
    int const again = reopened(descriptor);
    if (again < 0) return;
    ready_.emplace(executor);
    boost::system::error_code ec;
    ready_->assign(again, ec);
    if (!ec) return;
    ready_.reset();
    ::close(again);
}

void standard_stream::fail(char const* doing, int number) const {
    if (number == EPIPE) throw output_closed();
    if (number == ECANCELED) throw_error(failure(errc::cancelled, {}), doing, name_);
    errc const reason = number == ENOSPC || number == EDQUOT ? errc::no_space : errc::io;
    throw_error(failure(reason, boost::system::system_category().message(number)), doing, name_);
}

awaitable<std::size_t> standard_stream::read_some(std::span<std::byte> into) {
    if (ready_) {
        boost::system::error_code ec;
        auto token = asio::redirect_error(asio::use_awaitable, ec);
        std::size_t const n = co_await ready_->async_read_some(asio::buffer(into.data(), into.size()), token);
        if (ec && ec != asio::error::eof) fail("read", ec.value());
        co_return n;
    }
    for (;;) {
        ssize_t const n = ::read(descriptor_, into.data(), into.size());
        if (n >= 0) co_return static_cast<std::size_t>(n);
        if (errno != EINTR) fail("read", errno);
    }
}

awaitable<void> standard_stream::write(std::span<std::byte const> data) {
    while (!data.empty()) {
        if (ready_) {
            boost::system::error_code ec;
            auto token = asio::redirect_error(asio::use_awaitable, ec);
            std::size_t const n = co_await ready_->async_write_some(asio::buffer(data.data(), data.size()), token);
            if (ec) fail("write", ec.value());
            data = data.subspan(n);
        } else {
            ssize_t const n = ::write(descriptor_, data.data(), data.size());
            if (n < 0 && errno != EINTR) fail("write", errno);
            if (n > 0) data = data.subspan(static_cast<std::size_t>(n));
        }
    }
}

awaitable<void> standard_stream::write(std::string text) { co_await write(std::as_bytes(std::span(text))); }

}  // namespace sluice::inline v0::cli
