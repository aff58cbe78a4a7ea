#include "backend/file/operation.hpp"

#include <array>
#include <cstdio>

namespace sluice::inline v0::file {

namespace {

std::string milliseconds(std::chrono::nanoseconds const span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", std::chrono::duration<double, std::milli>(span).count());
    return text.data();
}

}  // namespace

operation::operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, char const* name, object_key key)
    : store_(std::move(store)),
      executor_(std::move(executor)),
      files_(uring::files::of(executor_)),
      clock_(async::clock::of(executor_)),
      name_(name),
      key_(std::move(key)),
      began_(clock_.now()) {
    files_.announce(store_->log);
}

awaitable<result<roots::folder>> operation::root(bool make) {
    return roots::of(executor_).open(store_->settings.root, make && store_->settings.make_root);
}

awaitable<bool> operation::lost(roots::folder root) { return roots::of(executor_).is_gone(std::move(root)); }

awaitable<result<roots::folder>> operation::living_root() {
    result<roots::folder> found = co_await root();
    if (!found) co_return std::move(found);
    bool const gone = co_await lost(*found);
    if (gone) found = co_await root();
    co_return std::move(found);
}

void operation::succeeded(std::uint64_t const bytes) const {
    if (!store_->log.at(log_level::info)) return;
    std::string line(name_);
    line += ' ' + uri() + ": " + std::to_string(bytes) + " bytes in " + milliseconds(clock_.now() - began_);
    store_->log.write(log_level::info, line);
}

void operation::describe(error_info& info) const { info.elapsed = clock_.now() - began_; }

}  // namespace sluice::inline v0::file
