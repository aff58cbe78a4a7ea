#pragma once

#include "uring/files.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::file {

/// The root folders that the stores of one execution context used last, open. Threads: any.
class roots : public boost::asio::execution_context::service {
public:
    using key_type = roots;
    using folder = std::shared_ptr<uring::directory>;
    static boost::asio::execution_context::id id;
    static roots& of(boost::asio::any_io_executor const& executor);

    explicit roots(boost::asio::execution_context& context) : service(context) {}

    /// The folder `path`, absolute; made, with those above it, when it is missing and `make` says so. Errors: those of opening it.
    awaitable<result<folder>> open(std::string path, bool make);

    /// Whether `root` has been removed since it was opened; it is then opened anew the next time.
    awaitable<bool> is_gone(folder root);

private:
    void shutdown() override;
    folder find(std::string const& path);
    void keep(std::string path, folder root);

    std::mutex mutex_;
    std::vector<std::pair<std::string, folder>> open_;  // used last at the back
};

}  // namespace sluice::inline v0::file
