#include <sluice/bytes.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0 {

bytes bytes::copy_of(std::span<std::byte const> const data) {
    if (data.empty()) return {};
    std::shared_ptr<std::byte[]> memory = std::make_shared_for_overwrite<std::byte[]>(data.size());
    std::memcpy(memory.get(), data.data(), data.size());
    std::span<std::byte const> const view(memory.get(), data.size());
    return {std::move(memory), view};
}

bytes bytes::copy_of(std::string_view const text) { return copy_of(std::as_bytes(std::span(text))); }

bytes bytes::slice(std::size_t const offset, std::size_t const length) const {
    std::size_t const begin = std::min(offset, view_.size());
    return {owner_, view_.subspan(begin, std::min(length, view_.size() - begin))};
}

payload::payload(bytes one) : size_(one.size()) {
    if (!one.empty()) pieces_.push_back(std::move(one));
}

payload::payload(std::vector<bytes> pieces) : pieces_(std::move(pieces)) {
    std::erase_if(pieces_, [](bytes const& piece) { return piece.empty(); });
    for (bytes const& piece : pieces_) size_ += piece.size();
}

payload::payload(std::shared_ptr<payload_source> source) : source_(std::move(source)), size_(source_ ? source_->size() : 0) {}

payload::payload(std::string_view const text) : payload(bytes::copy_of(text)) {}

}  // namespace sluice::inline v0
