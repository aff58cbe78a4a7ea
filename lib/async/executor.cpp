#include "async/executor.hpp"

#include <sluice/async/runtime.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <thread>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

/// A service that says by its presence that one thread runs its context.
class one_thread final : public asio::execution_context::service {
public:
    using key_type = one_thread;
    static asio::execution_context::id id;
    explicit one_thread(asio::execution_context& context) : service(context) {}

private:
    void shutdown() override {}
};

asio::execution_context::id one_thread::id;

/// A service that says which thread makes, runs and destroys its context.
class this_thread_only final : public asio::execution_context::service {
public:
    using key_type = this_thread_only;
    static asio::execution_context::id id;
    explicit this_thread_only(asio::execution_context& context) : service(context) {}
    decltype(std::this_thread::get_id()) const thread = std::this_thread::get_id();

private:
    void shutdown() override {}
};

asio::execution_context::id this_thread_only::id;

template <class Inner>
bool take_off(asio::any_io_executor& executor) {
    auto const* const strand = executor.target<asio::strand<Inner>>();
    if (strand == nullptr) return false;
    asio::any_io_executor inner = strand->get_inner_executor();
    executor = std::move(inner);
    return true;
}

}  // namespace

asio::any_io_executor base_executor(asio::any_io_executor executor) {
    while (take_off<asio::any_io_executor>(executor) || take_off<asio::io_context::executor_type>(executor) ||
           take_off<asio::thread_pool::executor_type>(executor)) {
    }
    return executor;
}

bool single_threaded(asio::any_io_executor const& executor) {
    return asio::has_service<one_thread>(asio::query(executor, asio::execution::context));
}

void assume_single_threaded(asio::execution_context& context) { asio::use_service<one_thread>(context); }

void keep_to_this_thread(asio::execution_context& context) {
    assume_single_threaded(context);
    asio::use_service<this_thread_only>(context);
}

bool kept_to_this_thread(asio::any_io_executor const& executor) {
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    return asio::has_service<this_thread_only>(context) &&
           asio::use_service<this_thread_only>(context).thread == std::this_thread::get_id();
}

}  // namespace sluice::inline v0::async
