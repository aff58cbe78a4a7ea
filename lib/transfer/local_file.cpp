#include "transfer/local_file.hpp"

#include "async/blocking.hpp"
#include "async/entropy.hpp"
#include "store/partial_name.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace sluice::inline v0::transfer {

namespace {

failure file_failure(std::string const& doing, std::string const& path, int error) {
    errc reason = errc::io;
    if (error == ENOENT) reason = errc::not_found;
    if (error == EACCES || error == EPERM || error == EROFS) reason = errc::permission_denied;
    if (error == ENOSPC || error == EDQUOT) reason = errc::no_space;
    if (error == EISDIR || error == ENAMETOOLONG || error == ENOTDIR) reason = errc::invalid_argument;
    return {reason, doing + ' ' + path + ": " + boost::system::system_category().message(error)};
}

/// Runs `call` (which returns 0 or an errno) on the pool.
awaitable<int> on_pool(std::function<int()> call) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    int error = 0;
    std::function<void()> work = [&error, &call] { error = call(); };
    co_await async::blocking::of(executor).run(std::move(work));
    co_return error;
}

int move_all(std::uint64_t offset, std::size_t size, auto&& move_some) {
    for (std::size_t done = 0; done < size;) {
        ssize_t const n = move_some(done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return ENODATA;  // the file is shorter than it was
        done += static_cast<std::size_t>(n);
    }
    return 0;
}

}  // namespace

local_file::local_file(local_file&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      mode_(other.mode_),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

local_file& local_file::operator=(local_file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(mode_, other.mode_);
    std::swap(path_, other.path_);
    std::swap(temporary_, other.temporary_);
    return *this;
}

local_file::~local_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

awaitable<result<local_file>> local_file::open_to_read(std::string path) {
    local_file file;
    file.path_ = std::move(path);
    std::function<int()> call = [&file] {
        file.descriptor_ = ::open(file.path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block the pool
        struct stat about {};
        if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &about) != 0) return errno;
        if (S_ISDIR(about.st_mode)) return EISDIR;
        if (!S_ISREG(about.st_mode)) return ESPIPE;
        file.size_ = static_cast<std::uint64_t>(about.st_size);
        return 0;
    };
    int const error = co_await on_pool(std::move(call));
    if (error != 0) co_return file_failure("cannot open", file.path_, error);
    co_return std::move(file);
}

awaitable<result<local_file>> local_file::create_beside(std::string path) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    local_file file;
    std::size_t const slash = path.rfind('/');
    std::string const folder = slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
    std::string const wanted = folder + store::partial_name(async::entropy::of(executor).id_text());
    file.path_ = std::move(path);
    std::function<int()> call = [&file, &wanted] {
        struct stat about {};
        if (::stat(file.path_.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return EISDIR;
        file.descriptor_ = ::open(wanted.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file.descriptor_ < 0) return errno;
        file.temporary_ = wanted;
        ::flock(file.descriptor_, LOCK_EX | LOCK_NB);  // lest it is swept away as stale; where there are no locks, nothing is
        // What the umask left of 0666 is for the finished file (one that is replaced keeps its own mode); until then nobody else reads.
        if (::fstat(file.descriptor_, &about) != 0) return errno;
        file.mode_ = about.st_mode & 07777u;
        if (::stat(file.path_.c_str(), &about) == 0) file.mode_ = about.st_mode & 07777u;
        return ::fchmod(file.descriptor_, 0600) == 0 ? 0 : errno;
    };
    int const error = co_await on_pool(std::move(call));
    if (error != 0) co_return file_failure("cannot write", file.path_, error);
    co_return std::move(file);
}

awaitable<result<void>> local_file::read(std::uint64_t offset, std::span<std::byte> into) {
    std::function<int()> call = [this, offset, into] {
        return move_all(offset, into.size(),
                        [&](std::size_t done, off_t at) { return ::pread(descriptor_, into.data() + done, into.size() - done, at); });
    };
    int const error = co_await on_pool(std::move(call));
    if (error == ENODATA) co_return failure(errc::io, path_ + " became shorter while it was read");
    if (error != 0) co_return file_failure("cannot read", path_, error);
    co_return result<void>();
}

awaitable<result<void>> local_file::write(std::uint64_t offset, std::span<std::byte const> from) {
    std::function<int()> call = [this, offset, from] {
        return move_all(offset, from.size(),
                        [&](std::size_t done, off_t at) { return ::pwrite(descriptor_, from.data() + done, from.size() - done, at); });
    };
    int const error = co_await on_pool(std::move(call));
    if (error != 0) co_return file_failure("cannot write", temporary_, error);
    co_return result<void>();
}

awaitable<result<void>> local_file::publish() {
    std::function<int()> call = [this] {
        if (::fchmod(descriptor_, mode_) != 0 || ::fsync(descriptor_) != 0) return errno;
        if (::close(std::exchange(descriptor_, -1)) != 0) return errno;
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) return errno;
        temporary_.clear();
        return 0;
    };
    int const error = co_await on_pool(std::move(call));
    if (error != 0) co_return file_failure("cannot write", path_, error);
    co_return result<void>();
}

}  // namespace sluice::inline v0::transfer
