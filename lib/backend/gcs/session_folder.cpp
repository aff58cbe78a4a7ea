// Resumable uploads that are kept in files: a file is locked by who holds its place, and replaced by a rename.
#include <sluice/gcs_sessions.hpp>

#include "async/blocking.hpp"
#include "base/descriptor.hpp"

#include <sluice/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <functional>
#include <optional>
#include <utility>

namespace sluice::inline v0 {

namespace gcs {

namespace {

using base::descriptor;

constexpr std::size_t longest_text = 64 * 1024;
constexpr unsigned most_changes = 100;  // of a file between its opening and its lock

/// The locked file of a place. One that nothing was saved in goes with it.
class place_file {
public:
    place_file(descriptor file, std::string path) noexcept : file_(std::move(file)), path_(std::move(path)) {}
    place_file(place_file&&) noexcept = default;
    place_file& operator=(place_file&&) = delete;
    ~place_file() {
        struct stat own {};
        bool const empty = file_ && ::fstat(file_.number(), &own) == 0 && own.st_size == 0 && own.st_nlink != 0;
        if (empty) ::unlink(path_.c_str());
    }
    int number() const noexcept { return file_.number(); }
    std::string const& path() const noexcept { return path_; }
    void replace(descriptor by) noexcept { file_ = std::move(by); }

private:
    descriptor file_;
    std::string path_;
};

failure failed(char const* const what, std::string const& path) {
    return {errc::io, std::string(what) + ' ' + path + ": " + boost::system::system_category().message(errno)};
}

descriptor open_file(std::string const& path, int const flags) noexcept {
    return descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
}

bool is_ours_alone(struct stat const& file) noexcept {
    return S_ISREG(file.st_mode) && file.st_uid == ::geteuid() && (file.st_mode & 077) == 0;
}

/// Nothing: somebody else holds it.
result<std::optional<place_file>> claim_file(std::string const& folder, std::string const& path) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make", folder);
    for (unsigned changes = 0; changes < most_changes; ++changes) {
        descriptor file = open_file(path, O_RDWR | O_CREAT);
        if (!file) return failed("cannot open", path);
        if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<place_file>();
            return failed("cannot lock", path);
        }
        struct stat own {
        }, named{};
        if (::fstat(file.number(), &own) != 0) return failed("cannot look at", path);
        bool const there = ::lstat(path.c_str(), &named) == 0 && own.st_ino == named.st_ino && own.st_dev == named.st_dev;
        if (!there) continue;  // forgotten or replaced before it was locked
        if (!is_ours_alone(own)) return failure(errc::io, "not a file of ours that nobody else may read: " + path);
        return std::optional<place_file>(place_file(std::move(file), path));
    }
    return std::optional<place_file>();
}

result<std::string> read_file(place_file const& file) {
    std::string text(longest_text, '\0');
    ssize_t const n = ::pread(file.number(), text.data(), text.size(), 0);
    if (n < 0) return failed("cannot read", file.path());
    text.resize(static_cast<std::size_t>(n));
    return text;
}

/// A new file in the place of `old`, locked like it.
result<void> replace_file(place_file& old, std::string const& text) {
    std::string const other = old.path() + ".new";
    ::unlink(other.c_str());  // of a process that died here
    descriptor file = open_file(other, O_RDWR | O_CREAT | O_EXCL);
    if (!file) return failed("cannot make", other);
    errno = ENOSPC;  // which a short write does not say
    bool const locked = ::flock(file.number(), LOCK_EX | LOCK_NB) == 0;
    bool const written = locked && ::pwrite(file.number(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    if (!written || ::rename(other.c_str(), old.path().c_str()) != 0) {
        failure why = failed("cannot write", other);
        ::unlink(other.c_str());
        return why;
    }
    old.replace(std::move(file));
    return {};
}

/// Runs `work` where it may block, and throws what it could not do.
awaitable<void> run_blocking(std::function<void()> work, result<void> const* outcome) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    co_await async::blocking::of(executor).run(std::move(work));
    if (!*outcome) throw error(outcome->error().reason(), outcome->error().info());
}

class session_file final : public kept_gcs_session {
public:
    explicit session_file(place_file file) : file_(std::move(file)) {}

    awaitable<std::string> load() override {
        std::string text;
        result<void> outcome;
        std::function<void()> work = [&] {
            result<std::string> read = read_file(file_);
            if (read)
                text = *std::move(read);
            else
                outcome = std::move(read).error();
        };
        co_await run_blocking(std::move(work), &outcome);
        co_return std::move(text);
    }

    awaitable<void> save(std::string text) override {
        result<void> outcome;
        std::function<void()> work = [&] { outcome = replace_file(file_, text); };
        co_await run_blocking(std::move(work), &outcome);
    }

    awaitable<void> forget() override {
        result<void> outcome;
        std::function<void()> work = [&] {
            if (::unlink(file_.path().c_str()) != 0 && errno != ENOENT) outcome = failed("cannot remove", file_.path());
        };
        co_await run_blocking(std::move(work), &outcome);
    }

private:
    place_file file_;
};

class session_folder final : public gcs_session_keeper {
public:
    explicit session_folder(std::string folder) : folder_(std::move(folder)) {}

    awaitable<std::shared_ptr<kept_gcs_session>> claim(std::string name) override {
        std::string const path = folder_ + '/' + name + ".session";
        std::optional<place_file> file;
        result<void> outcome;
        std::function<void()> work = [&] {
            result<std::optional<place_file>> claimed = claim_file(folder_, path);
            if (!claimed)
                outcome = std::move(claimed).error();
            else if (*claimed)
                file.emplace(**std::move(claimed));
        };
        co_await run_blocking(std::move(work), &outcome);
        std::shared_ptr<kept_gcs_session> place;
        if (file) place = std::make_shared<session_file>(*std::move(file));
        co_return std::move(place);
    }

private:
    std::string const folder_;
};

}  // namespace

}  // namespace gcs

std::shared_ptr<gcs_session_keeper> keep_gcs_sessions(std::string folder) {
    return std::make_shared<gcs::session_folder>(std::move(folder));
}

}  // namespace sluice::inline v0
