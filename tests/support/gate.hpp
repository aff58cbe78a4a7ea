#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice::test {

/// Shut until opened: keeps a test and its peer's script in step.
class gate {
public:
    void open() {
        std::lock_guard const lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

/// Does `what` on a thread of its own once the coroutine that made it waits for something (or has ended). Joins in the destructor:
/// a context that no longer runs by then would never open the gate, so keep it within the coroutine.
class meanwhile {
public:
    meanwhile(boost::asio::any_io_executor const& executor, std::function<void()> what) : waiting_(std::make_shared<gate>()) {
        thread_ = std::thread([waiting = waiting_, what = std::move(what)] {
            waiting->pass();
            what();
        });
        // The coroutine runs on this executor, one thing at a time: what is posted now runs when it has suspended.
        boost::asio::post(executor, [waiting = waiting_] { waiting->open(); });
    }
    ~meanwhile() {
        waiting_->open();
        thread_.join();
    }
    meanwhile(meanwhile const&) = delete;
    meanwhile& operator=(meanwhile const&) = delete;

private:
    std::shared_ptr<gate> waiting_;
    std::thread thread_;
};

}  // namespace sluice::test
