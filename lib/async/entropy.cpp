#include "async/entropy.hpp"

#include <boost/asio/query.hpp>

#include <atomic>
#include <random>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

/// SplitMix64: every caller takes the next number of one counter, so no lock is needed.
struct entropy::state {
    std::atomic<std::uint64_t> counter = 0;
};

asio::execution_context::id entropy::id;

entropy& entropy::of(asio::any_io_executor const& executor) {
    return asio::use_service<entropy>(asio::query(executor, asio::execution::context));
}

entropy::entropy(asio::execution_context& context) : service(context), state_(std::make_unique<state>()) {
    std::random_device device;
    seed(std::uint64_t{device()} << 32 | device());
}

entropy::~entropy() = default;

void entropy::seed(std::uint64_t value) noexcept { state_->counter = value; }

std::uint64_t entropy::next() noexcept {
    constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
    std::uint64_t x = state_->counter.fetch_add(step, std::memory_order_relaxed) + step;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

double entropy::fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::string entropy::id_text() {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (int half = 0; half < 2; ++half) {
        std::uint64_t bits = next();
        for (int i = 0; i < 16; ++i, bits >>= 4) text += digits[bits & 15];
    }
    return text;
}

}  // namespace sluice::inline v0::async
