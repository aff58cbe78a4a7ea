#include "uring/errors.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace sluice;

TEST_CASE("file errors: what an errno means to a caller") {
    struct row {
        int error;
        errc wanted;
    };
    for (row const& r : {row{ENOENT, errc::not_found},
                         row{EEXIST, errc::already_exists},
                         row{ENOTEMPTY, errc::already_exists},
                         row{EACCES, errc::permission_denied},
                         row{EPERM, errc::permission_denied},
                         row{EROFS, errc::permission_denied},
                         row{ETXTBSY, errc::permission_denied},
                         row{ENOSPC, errc::no_space},
                         row{EDQUOT, errc::no_space},
                         row{EINVAL, errc::invalid_argument},
                         row{ENOTDIR, errc::invalid_argument},
                         row{EISDIR, errc::invalid_argument},
                         row{ENAMETOOLONG, errc::invalid_argument},
                         row{ELOOP, errc::invalid_argument},
                         row{EFBIG, errc::invalid_argument},
                         row{ESPIPE, errc::invalid_argument},
                         row{ENXIO, errc::invalid_argument},
                         row{ENOSYS, errc::unsupported},
                         row{EOPNOTSUPP, errc::unsupported},
                         row{EXDEV, errc::unsupported},
                         row{EIO, errc::io},
                         row{EBADF, errc::io},
                         row{EMFILE, errc::io},
                         row{ENOMEM, errc::io},
                         row{EBUSY, errc::io},
                         row{12345, errc::io}}) {
        CHECK_MESSAGE(uring::reason_of(r.error) == r.wanted, r.error);
    }
}

TEST_CASE("file errors: what was being done, to what, and what the system says") {
    failure const f = uring::file_failure("read", "/data/a b", EIO);
    CHECK(f.reason() == errc::io);
    CHECK(f.info().detail == "cannot read /data/a b: Input/output error");
}
