#include <sluice/body.hpp>

namespace sluice::inline v0 {

awaitable<std::size_t> body_reader::read_all(std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        std::size_t const n = co_await source_->read_some(into.subspan(filled));
        if (n == 0) break;
        filled += n;
    }
    co_return filled;
}

}  // namespace sluice::inline v0
