#include "uring/directory.hpp"

#include "uring/errors.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace sluice::inline v0::uring {

namespace {

unsigned rename_flags(replacing how) noexcept {
    switch (how) {
    case replacing::allowed: return 0;
    case replacing::refused: return RENAME_NOREPLACE;
    case replacing::exchange: return RENAME_EXCHANGE;
    }
    return 0;
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

failure directory::failed(std::string_view doing, std::string const& name, std::int32_t error) const {
    return file_failure(doing, path() + '/' + name, -error);
}

result<void> directory::done(std::string_view doing, std::string const& name, std::int32_t answer) const {
    if (answer < 0) return failed(doing, name, answer);
    return {};
}

result<void> directory::plain(std::string_view doing, std::string const& name) const {
    if (is_plain_name(name)) return {};
    return failure(errc::invalid_argument, "cannot " + std::string(doing) + " within " + path() + ": not the name of an entry");
}

awaitable<result<descriptor>> directory::open_beneath(std::string relative, int flags, unsigned mode) {
    if (relative.empty() || relative.find('\0') != std::string::npos)
        co_return failure(errc::invalid_argument, "cannot open within " + path() + ": not a path");
    bool const creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    auto const all_flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
    request const open =
        request::open(open_.number(), relative.c_str(), all_flags, creates ? mode : 0, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    std::int32_t const n = co_await open_.owner().perform(open);
    if (n == -EXDEV) co_return failure(errc::invalid_argument, "cannot open " + relative + ": it leads out of " + path());
    if (n < 0) co_return failed("open", relative, n);
    co_return descriptor(open_.owner(), n, path() + '/' + relative);
}

awaitable<result<file>> directory::open(std::string relative, int flags, unsigned mode) {
    result<descriptor> opened = co_await open_beneath(std::move(relative), flags, mode);
    if (!opened) co_return opened.error();
    co_return file(std::move(*opened));
}

awaitable<result<directory>> directory::open_directory(std::string relative) {
    result<descriptor> opened = co_await open_beneath(std::move(relative), O_RDONLY | O_DIRECTORY, 0);
    if (!opened) co_return opened.error();
    co_return directory(std::move(*opened));
}

awaitable<result<file_status>> directory::status(std::string name) {
    result<void> const allowed = plain("look", name);
    if (!allowed) co_return allowed.error();
    struct statx raw {};
    std::int32_t const n =
        co_await open_.owner().perform(request::status(open_.number(), name.c_str(), AT_SYMLINK_NOFOLLOW, status_mask, &raw));
    if (n < 0) co_return failed("look at", name, n);
    co_return file_status(raw);
}

awaitable<result<void>> directory::rename(std::string name, directory& to, std::string new_name, replacing how) {
    result<void> allowed = plain("rename", name);
    if (allowed) allowed = to.plain("rename", new_name);
    if (!allowed) co_return allowed;
    request const rename = request::rename(open_.number(), name.c_str(), to.open_.number(), new_name.c_str(), rename_flags(how));
    std::int32_t const n = co_await open_.owner().perform(rename);
    if (n == -EINVAL && how != replacing::allowed)
        co_return failure(errc::unsupported, "cannot rename to " + to.path() + '/' + new_name + ": the file system has no such rename");
    co_return to.done("rename " + name + " to", new_name, n);
}

// The way of open(2) for O_TMPFILE: AT_EMPTY_PATH needs a privilege before Linux 6.10.
awaitable<result<void>> directory::link(file& from, std::string new_name) {
    result<void> const allowed = plain("link", new_name);
    if (!allowed) co_return allowed;
    std::string const open_file = "/proc/self/fd/" + std::to_string(from.handle().number());
    request const link = request::link(AT_FDCWD, open_file.c_str(), open_.number(), new_name.c_str(), AT_SYMLINK_FOLLOW);
    std::int32_t const n = co_await open_.owner().perform(link);
    co_return done("link", new_name, n);
}

awaitable<result<void>> directory::remove(std::string name) {
    result<void> const allowed = plain("remove", name);
    if (!allowed) co_return allowed;
    std::int32_t const n = co_await open_.owner().perform(request::unlink(open_.number(), name.c_str(), 0));
    co_return done("remove", name, n);
}

void directory::remove_now(std::string const& name) noexcept {
    if (is_plain_name(name)) open_.owner().remove_now(open_.number(), name.c_str());
}

awaitable<result<void>> directory::remove_directory(std::string name) {
    result<void> const allowed = plain("remove", name);
    if (!allowed) co_return allowed;
    std::int32_t const n = co_await open_.owner().perform(request::unlink(open_.number(), name.c_str(), AT_REMOVEDIR));
    co_return done("remove", name, n);
}

awaitable<result<void>> directory::make_directory(std::string name, unsigned mode) {
    result<void> const allowed = plain("make", name);
    if (!allowed) co_return allowed;
    std::int32_t const n = co_await open_.owner().perform(request::make_directory(open_.number(), name.c_str(), mode));
    co_return done("make", name, n);
}

awaitable<result<std::size_t>> directory::read_entries(std::span<std::byte> into) {
    std::int32_t const n = co_await open_.owner().perform(request::entries(open_.number(), into));
    co_return open_.moved("list", n);
}

awaitable<result<void>> directory::rewind(std::uint64_t position) {
    return open_.perform(request::rewind(open_.number(), position), "list");
}

}  // namespace sluice::inline v0::uring
