#include <sluice/async/runtime.hpp>

#include "async/child.hpp"
#include "async/executor.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

/// One call of `run` or `run_on_all`: children on several contexts, and a thread that waits for them.
struct call final : child_owner {
    void add(asio::any_io_executor const& executor, std::unique_ptr<detail::child_task> task) {
        auto const made = std::make_shared<child>(executor, std::move(task));
        made->place = children.insert(children.end(), made);
    }

    void start(std::shared_ptr<call> const& self) {
        std::lock_guard const lock(mutex);
        for (std::shared_ptr<child> const& c : children) c->start(self);
    }

    void cancel() {
        std::lock_guard const lock(mutex);
        for (std::shared_ptr<child> const& c : children) c->cancel();
    }

    void child_ended(child& which, std::exception_ptr e) noexcept override {
        std::lock_guard const lock(mutex);
        children.erase(which.place);
        if (e && !error) {
            error = std::move(e);
            for (std::shared_ptr<child> const& c : children) c->cancel();
        }
        if (children.empty()) ended.notify_all();
    }

    void wait() {
        std::unique_lock lock(mutex);
        ended.wait(lock, [this] { return children.empty(); });
        if (error) std::rethrow_exception(std::exchange(error, nullptr));
    }

    std::mutex mutex;
    std::condition_variable ended;
    child_list children;
    std::exception_ptr error;
};

struct lane {
    asio::any_io_executor executor;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
    std::thread thread;
};

}  // namespace

struct runtime::state {
    explicit state(std::size_t n) : lanes(n), ready(static_cast<std::ptrdiff_t>(n)), over(static_cast<std::ptrdiff_t>(n) + 1) {}
    ~state() { stop(); }

    void start() {
        for (lane& l : lanes) l.thread = std::thread([this, &l] { live(l); });
        ready.wait();
    }

    // The context is made, run and destroyed on its thread, so that its memory stays near it.
    void live(lane& l) {
        asio::io_context context(1);
        keep_to_this_thread(context);
        l.executor = context.get_executor();
        l.work.emplace(context.get_executor());
        ready.arrive_and_wait();
        context.run();
        over.arrive_and_wait();  // another thread's last coroutine may still post here, and a stopped context still has its work
    }

    void stop() {
        auto const lives = [](lane const& l) { return l.thread.joinable(); };
        auto const missing = std::count_if(lanes.begin(), lanes.end(), std::not_fn(lives));
        if (missing != 0) {  // a thread could not be made: let the others go on to their end
            ready.count_down(missing);
            over.count_down(missing);
        }
        ready.wait();
        for (lane& l : lanes) l.work.reset();
        over.count_down();
        for (lane& l : lanes)
            if (l.thread.joinable()) l.thread.join();
    }

    void join(std::shared_ptr<call> const& c) {
        {
            std::lock_guard const lock(mutex);
            calls.push_back(c);
        }
        c->start(c);
        struct leave {
            state& s;
            std::shared_ptr<call> const& c;
            ~leave() {
                std::lock_guard const lock(s.mutex);
                std::erase(s.calls, c);
            }
        } const left{*this, c};
        c->wait();
    }

    std::vector<lane> lanes;
    std::latch ready;
    std::latch over;
    std::mutex mutex;
    std::vector<std::shared_ptr<call>> calls;
};

runtime::runtime(std::size_t threads) : state_(std::make_unique<state>(std::max<std::size_t>(threads, 1))) { state_->start(); }

runtime::~runtime() = default;

std::size_t runtime::size() const noexcept { return state_->lanes.size(); }

asio::any_io_executor runtime::executor(std::size_t index) const { return state_->lanes.at(index).executor; }

std::vector<asio::any_io_executor> runtime::executors() const {
    std::vector<asio::any_io_executor> all;
    for (lane const& l : state_->lanes) all.push_back(l.executor);
    return all;
}

void runtime::run(std::function<awaitable<void>()> main) {
    auto const c = std::make_shared<call>();
    using task = detail::child_task_of<std::function<awaitable<void>()>>;
    c->add(executor(0), std::make_unique<task>(std::move(main)));
    state_->join(c);
}

void runtime::run_on_all(std::function<awaitable<void>(std::size_t)> work) {
    auto const c = std::make_shared<call>();
    for (std::size_t i = 0; i < size(); ++i) {
        auto one = [&work, i] { return work(i); };
        c->add(executor(i), std::make_unique<detail::child_task_of<decltype(one)>>(one));
    }
    state_->join(c);
}

void runtime::cancel() {
    std::lock_guard const lock(state_->mutex);
    for (std::shared_ptr<call> const& c : state_->calls) c->cancel();
}

}  // namespace sluice::inline v0::async
