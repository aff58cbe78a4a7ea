#include "spool.hpp"

#include <sluice/error.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <vector>

namespace sluice::inline v0::cli {

namespace {

std::string folder() {
    char const* const named = std::getenv("TMPDIR");
    return named != nullptr && *named != 0 ? named : "/var/tmp";
}

[[noreturn]] void fail(int number, char const* doing = "write a temporary file in") {
    errc const reason = number == ENOSPC || number == EDQUOT ? errc::no_space : errc::io;
    throw_error(failure(reason, boost::system::system_category().message(number)), doing, folder());
}

/// Where the file system knows no nameless files, a name is taken and given back at once.
int unlinked_file() {
    std::string name = folder() + "/sluice-XXXXXX";
    int const descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor >= 0) ::unlink(name.c_str());
    return descriptor;
}

}  // namespace

spool::spool() : descriptor_(::open(folder().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) descriptor_ = unlinked_file();
    if (descriptor_ < 0) fail(errno);
}

spool::~spool() { ::close(descriptor_); }

awaitable<void> spool::fill(standard_stream* from) {
    std::vector<std::byte> buffer(1 << 20);
    for (;;) {
        std::size_t const n = co_await from->read_some(buffer);
        if (n == 0) co_return;
        for (std::size_t done = 0; done < n;) {
            ssize_t const put = ::write(descriptor_, buffer.data() + done, n - done);
            if (put < 0 && errno != EINTR) fail(errno);
            if (put > 0) done += static_cast<std::size_t>(put);
        }
        size_ += n;
    }
}

awaitable<void> spool::read(std::uint64_t offset, std::span<std::byte> into) {
    for (std::size_t done = 0; done < into.size();) {
        ssize_t const n = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (n == 0 || (n < 0 && errno != EINTR)) fail(n == 0 ? EIO : errno, "read a temporary file in");
        if (n > 0) done += static_cast<std::size_t>(n);
    }
    if (report_) report_(offset + into.size(), size_);
    co_return;
}

}  // namespace sluice::inline v0::cli
