#pragma once

#include "base/log.hpp"
#include "uring/directory.hpp"
#include "uring/provider.hpp"

#include <sluice/error.hpp>

#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace sluice::inline v0::uring {

/// The seam for files: one per execution context. Real files are on an io_uring of the context; where the kernel refuses one, on the
/// pool of `async::blocking`, with the same results. Which of the two is decided once, by the first operation.
///
/// Lifetime: files and directories opened here belong to this context and are used by coroutines of this context only;
/// `file::duplicate` gives another context its own.
/// Cancel: every await throws operation_aborted; it ends when the kernel has let go of the memory it was given.
class SLUICE_API files : public boost::asio::execution_context::service {
public:
    using key_type = files;
    static boost::asio::execution_context::id id;
    static files& of(boost::asio::any_io_executor const& executor);

    explicit files(boost::asio::execution_context& context);
    ~files() override;

    /// Opens `path`, as any program would: relative to the working directory, through symbolic links. `flags` as of open(2).
    /// For what the user named; what a key names goes through `directory::open`. Errors: see `reason_of`.
    awaitable<result<file>> open(std::string path, int flags, unsigned mode = 0666);
    awaitable<result<directory>> open_directory(std::string path);

    files_provider& provider();
    /// For a simulated or faulty world, before the first use.
    void replace(std::unique_ptr<files_provider> provider) noexcept;
    /// What serves this context on its own: for a provider that passes on what it does not fake.
    std::unique_ptr<files_provider> real_provider();

    /// Says at level info what serves this context; once, however often it is called.
    void announce(base::logger const& log);

private:
    void shutdown() override;
    void adopt(boost::asio::any_io_executor const& executor);

    std::mutex mutex_;  // guards the rest; the provider does not change once it is there
    boost::asio::any_io_executor executor_;
    std::unique_ptr<files_provider> provider_;
    std::atomic<files_provider*> ready_ = nullptr;
    bool announced_ = false;
};

}  // namespace sluice::inline v0::uring
