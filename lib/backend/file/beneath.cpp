#include "backend/file/beneath.hpp"

#include "uring/errors.hpp"

#include <fcntl.h>
#include <linux/openat2.h>

#include <cerrno>

namespace sluice::inline v0::file {

namespace {

failure failed(std::string const& path, std::string const& folder, int const error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR: return {errc::not_found, "no object of that name"};
    case EXDEV: return {errc::invalid_argument, "a symbolic link on the way leads out of " + folder};
    case ELOOP: return {errc::invalid_argument, "the symbolic links on the way lead in a circle"};
    case ENXIO: return {errc::invalid_argument, "not a regular file"};
    default: return uring::file_failure("open", folder + '/' + path, error);
    }
}

}  // namespace

// Not `uring::directory::open`: its reasons are those of files, where "not a folder" is an argument that is wrong.
awaitable<result<uring::file>> open_beneath(uring::directory* const from, std::string path, int const flags) {
    uring::files_provider& provider = from->handle().owner();
    auto const all_flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
    constexpr std::uint64_t contained = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    std::int32_t const n = co_await provider.perform(uring::request::open(from->handle().number(), path.c_str(), all_flags, 0, contained));
    if (n < 0) co_return failed(path, from->path(), -n);
    co_return uring::file(uring::descriptor(provider, n, from->path() + '/' + path));
}

}  // namespace sluice::inline v0::file
