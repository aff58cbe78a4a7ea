#include "async/child.hpp"

#include "async/executor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

asio::any_io_executor child_executor(asio::any_io_executor const& executor) {
    bool const one_at_a_time = single_threaded(executor) || base_executor(executor) != executor;
    if (one_at_a_time) return executor;
    // A strand of the concrete type costs less: any_io_executor inside any_io_executor is allocated and copied at every step.
    if (auto const* const io = executor.target<asio::io_context::executor_type>()) return asio::make_strand(*io);
    return asio::make_strand(executor);
}

/// What the handlers of a child hold: it, and its owner. The last of it to go, whether it ended or its context dies.
class child::life {
public:
    life(std::shared_ptr<child> of, std::shared_ptr<child_owner> owner) noexcept : child_(std::move(of)), owner_(std::move(owner)) {
        owner_->alive.arrive();
    }
    life(life&&) noexcept = default;
    ~life() {
        if (!owner_) return;
        child_->task_.reset();
        owner_->alive.leave();
    }

    child& of() const noexcept { return *child_; }
    child_owner& owner() const noexcept { return *owner_; }

private:
    std::shared_ptr<child> child_;
    std::shared_ptr<child_owner> owner_;
};

child::child(asio::any_io_executor executor, std::unique_ptr<detail::child_task> task) noexcept
    : executor_(std::move(executor)),
      task_(std::move(task)) {}

void child::start(std::shared_ptr<child_owner> owner) {
    asio::post(executor_, [l = life(shared_from_this(), std::move(owner))]() mutable {
        child& self = l.of();
        self.begin(std::move(l));
    });
}

void child::cancel() {
    cancelled_ = true;
    asio::post(executor_, [self = shared_from_this()] {
        if (self->running_) self->signal_.emit(asio::cancellation_type::terminal);
    });
}

void child::begin(life mine) {
    if (cancelled_) {
        task_.reset();
        mine.owner().child_ended(*this, nullptr);
        return;
    }
    running_ = true;
    auto ended = [this, l = std::move(mine)](std::exception_ptr failure) {
        running_ = false;
        std::exception_ptr error = std::move(error_);
        l.owner().child_ended(*this, failure ? std::move(failure) : std::move(error));
    };
    asio::co_spawn(
        executor_, [this] { return run(this); }, asio::bind_cancellation_slot(signal_.slot(), std::move(ended)));
}

// `ended` keeps the child alive while this runs.
awaitable<void> child::run(child* self) {
    try {
        co_await self->task_->start();
    } catch (boost::system::system_error const& e) {
        self->aborted_ = e.code() == asio::error::operation_aborted;
        self->error_ = std::current_exception();
    } catch (...) {
        self->error_ = std::current_exception();
    }
    // Without this, the end of a child that was cancelled and never suspended would be told to nobody (Asio 1.26).
    co_await asio::this_coro::throw_if_cancelled(false);
    self->task_.reset();  // what the closure owns goes before the join
}

}  // namespace sluice::inline v0::async
