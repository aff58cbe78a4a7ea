#include "uring/files.hpp"

#include "async/blocking.hpp"
#include "async/executor.hpp"
#include "uring/blocking_provider.hpp"
#include "uring/errors.hpp"
#include "uring/ring_provider.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/query.hpp>

#include <fcntl.h>

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::uring {

namespace {

awaitable<result<descriptor>> open_path(files_provider& provider, std::string path, int flags, unsigned mode) {
    if (path.empty() || path.find('\0') != std::string::npos) co_return failure(errc::invalid_argument, "cannot open: not a path");
    bool const creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    auto const all_flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
    request const open = request::open(AT_FDCWD, path.c_str(), all_flags, creates ? mode : 0, 0);
    std::int32_t const n = co_await provider.perform(open);
    if (n < 0) co_return file_failure("open", path, -n);
    co_return descriptor(provider, n, std::move(path));
}

}  // namespace

asio::execution_context::id files::id;

files& files::of(asio::any_io_executor const& executor) {
    // A dying context shuts its services down newest first: this one is newer than all that own coroutine frames, so that no memory
    // goes that the kernel still writes into, and than what it uses itself.
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    if (!asio::has_service<files>(context)) {
        async::blocking::of(executor);
        asio::posix::stream_descriptor const makes_its_service(executor);
    }
    files& found = asio::use_service<files>(context);
    found.adopt(executor);
    return found;
}

files::files(asio::execution_context& context) : service(context) {}

files::~files() = default;

void files::adopt(asio::any_io_executor const& executor) {
    if (ready_.load(std::memory_order_acquire) != nullptr) return;
    std::lock_guard const lock(mutex_);
    if (!executor_) executor_ = async::base_executor(executor);
}

files_provider& files::provider() {
    if (files_provider* const there = ready_.load(std::memory_order_acquire)) return *there;
    std::lock_guard const lock(mutex_);
    if (!provider_) provider_ = real_provider();
    ready_.store(provider_.get(), std::memory_order_release);
    return *provider_;
}

void files::replace(std::unique_ptr<files_provider> provider) noexcept {
    std::lock_guard const lock(mutex_);
    provider_ = std::move(provider);
    ready_.store(nullptr, std::memory_order_release);
}

std::unique_ptr<files_provider> files::real_provider() {
    async::blocking& pool = async::blocking::of(executor_);
    std::string why;
    if (std::unique_ptr<files_provider> ring = ring_provider::make(executor_, pool, why)) return ring;
    return std::make_unique<blocking_provider>(pool, ", because " + why);
}

void files::announce(base::logger const& log) {
    if (!log.at(log_level::info)) return;
    files_provider& serving = provider();
    {
        std::lock_guard const lock(mutex_);
        if (std::exchange(announced_, true)) return;
    }
    log.write(log_level::info, "files: " + serving.description());
}

awaitable<result<file>> files::open(std::string path, int flags, unsigned mode) {
    result<descriptor> opened = co_await open_path(provider(), std::move(path), flags, mode);
    if (!opened) co_return opened.error();
    co_return file(std::move(*opened));
}

awaitable<result<directory>> files::open_directory(std::string path) {
    result<descriptor> opened = co_await open_path(provider(), std::move(path), O_RDONLY | O_DIRECTORY, 0);
    if (!opened) co_return opened.error();
    co_return directory(std::move(*opened));
}

void files::shutdown() {
    if (!provider_) return;
    provider_->drain();
    provider_->drop();
}

}  // namespace sluice::inline v0::uring
