#include "testing/world/agenda.hpp"

#include "async/clock_state.hpp"

#include <boost/asio/post.hpp>

namespace sluice::inline v0::testing {

/// Rings when the first entry is due, and has it done by a handler of the context: under the clock's lock nothing else may be.
class agenda::bell final : public async::clock::alarm {
public:
    bell(async::clock& clock, boost::asio::any_io_executor executor, std::weak_ptr<book> owner)
        : alarm(clock),
          executor_(std::move(executor)),
          owner_(std::move(owner)) {}
    ~bell() override { clear(); }

private:
    void ring() noexcept override;

    boost::asio::any_io_executor executor_;
    std::weak_ptr<book> owner_;
};

struct agenda::book {
    explicit book(async::clock& c) : clock(c) {}
    async::clock& clock;
    std::multimap<async::time_point, std::function<void()>> entries;
    std::unique_ptr<bell> rings;

    void turn() {
        while (!entries.empty() && entries.begin()->first <= clock.now()) {
            std::function<void()> const now = std::move(entries.begin()->second);
            entries.erase(entries.begin());
            now();
        }
        if (rings) rings->set(entries.empty() ? async::never : entries.begin()->first);
    }
};

void agenda::bell::ring() noexcept {
    boost::asio::post(executor_, [owner = owner_] {
        if (auto const all = owner.lock()) all->turn();
    });
}

agenda::agenda(async::clock& clock, boost::asio::any_io_executor executor) : book_(std::make_shared<book>(clock)) {
    book_->rings = std::make_unique<bell>(clock, std::move(executor), book_);
}

agenda::~agenda() { clear(); }

void agenda::at(async::time_point const when, std::function<void()> what) {
    if (!book_->rings) return;  // the world is going
    book_->entries.emplace(when, std::move(what));
    book_->rings->set(book_->entries.begin()->first);
}

void agenda::clear() noexcept {
    book_->rings.reset();
    std::multimap<async::time_point, std::function<void()>> dying;
    dying.swap(book_->entries);
}

std::size_t agenda::other_alarms() const { return book_->rings ? async::clock::state::set_besides(*book_->rings) : 0; }

async::time_point agenda::now() const noexcept { return book_->clock.now(); }

}  // namespace sluice::inline v0::testing
