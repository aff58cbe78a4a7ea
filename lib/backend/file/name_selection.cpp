#include "backend/file/name_selection.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::file {

namespace {

std::size_t common_prefix(std::string_view const a, std::string_view const b) noexcept {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

/// The first eight bytes as a number that sorts as they do.
std::uint64_t front_of(std::string_view const text) noexcept {
    std::uint64_t front = 0;
    for (std::size_t i = 0; i < 8; ++i) front = front << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
    return front;
}

}  // namespace

auto name_selection::in_order() const noexcept {
    return [this](record const& a, record const& b) { return a.order != b.order ? a.order < b.order : name_of(a) < name_of(b); };
}

void name_selection::add(std::string_view const name, entry_kind const kind) {
    std::size_t const before = text_.size();
    text_ += name;
    if (kind == entry_kind::folder) text_ += '/';
    std::string_view const added = std::string_view(text_).substr(before);
    if (!complete_ && added >= bound_) {
        text_.resize(before);
        return;
    }
    records_.push_back({0, static_cast<std::uint32_t>(before), static_cast<std::uint16_t>(added.size()), kind});
    if (used() > memory_ && records_.size() > 1) drop_upper_half();
}

void name_selection::sort() {
    set_orders();
    std::ranges::sort(records_, in_order());
    lay_out();
}

void name_selection::set_orders() noexcept {
    if (records_.empty()) return;
    std::string_view const first = name_of(records_.front());
    std::size_t shared = first.size();
    for (record const& r : records_) shared = std::min(shared, common_prefix(first.substr(0, shared), name_of(r)));
    for (record& r : records_) r.order = front_of(name_of(r).substr(shared));
}

void name_selection::drop_upper_half() {
    set_orders();
    auto const middle = records_.begin() + static_cast<std::ptrdiff_t>(records_.size() / 2);
    std::ranges::nth_element(records_, middle, in_order());
    bound_ = name_of(*middle);
    complete_ = false;
    records_.erase(middle, records_.end());
    lay_out();
}

/// Only the names that are kept, in the order of the records: who walks through them does not jump about in memory.
void name_selection::lay_out() {
    std::string kept;
    kept.reserve(complete_ ? text_.size() : text_.capacity());
    for (record& r : records_) {
        auto const offset = static_cast<std::uint32_t>(kept.size());
        kept += name_of(r);
        r.offset = offset;
    }
    text_ = std::move(kept);
}

}  // namespace sluice::inline v0::file
