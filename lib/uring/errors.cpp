#include "uring/errors.hpp"

#include <cerrno>

namespace sluice::inline v0::uring {

errc reason_of(int error) noexcept {
    switch (error) {
    case ENOENT: return errc::not_found;
    case EEXIST:
    case ENOTEMPTY: return errc::already_exists;
    case EACCES:
    case EPERM:
    case EROFS:
    case ETXTBSY: return errc::permission_denied;
    case ENOSPC:
    case EDQUOT: return errc::no_space;
    case EINVAL:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EFBIG:
    case ESPIPE:
    case ENXIO: return errc::invalid_argument;
    case ENOSYS:
    case EOPNOTSUPP:
    case EXDEV: return errc::unsupported;
    default: return errc::io;
    }
}

failure file_failure(std::string_view doing, std::string_view path, int error) {
    std::string text = "cannot ";
    text.append(doing).append(" ").append(path).append(": ").append(boost::system::system_category().message(error));
    return {reason_of(error), std::move(text)};
}

}  // namespace sluice::inline v0::uring
