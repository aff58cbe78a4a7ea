#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace sluice::inline v0::file {

/// Holds, for one execution context, what belongs to it and yet is in the hands of a user: the files of readers and uploads. When the
/// context goes first, it closes them.
class keeper : public boost::asio::execution_context::service {
public:
    using key_type = keeper;
    static boost::asio::execution_context::id id;
    static keeper& of(boost::asio::any_io_executor const& executor);

    explicit keeper(boost::asio::execution_context& context);

    struct shelf {
        std::mutex mutex;
        std::set<std::shared_ptr<void>*> things;
    };
    std::shared_ptr<shelf> const& shared() const noexcept { return shelf_; }

private:
    void shutdown() override;
    std::shared_ptr<shelf> const shelf_ = std::make_shared<shelf>();
};

/// A T of a context. Lifetime: the T goes with this or with the context, whichever is first. Threads: as the T.
template <class T>
class kept {
public:
    kept(keeper& owner, T thing) : shelf_(owner.shared()), thing_(std::make_shared<T>(std::move(thing))) {
        std::lock_guard const lock(shelf_->mutex);
        shelf_->things.insert(&thing_);
    }
    ~kept() {
        std::lock_guard const lock(shelf_->mutex);  // the context must not go while its thing does
        shelf_->things.erase(&thing_);
        thing_.reset();
    }
    kept(kept const&) = delete;
    kept& operator=(kept const&) = delete;

    /// Null when the context has gone.
    T* get() const noexcept { return static_cast<T*>(thing_.get()); }

private:
    std::shared_ptr<keeper::shelf> shelf_;
    std::shared_ptr<void> thing_;
};

}  // namespace sluice::inline v0::file
