#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::file {

enum class entry_kind : std::uint8_t { file, link, folder };

/// The first names of a folder, in key order, in bounded memory: of any number of names that are added in any order it keeps the smallest.
/// A folder's name is kept with a slash behind it, which is how its keys sort. Pure.
class name_selection {
public:
    /// `memory`: bytes it may use, roughly; at least one name always fits.
    explicit name_selection(std::size_t memory) noexcept : memory_(memory) {}

    void add(std::string_view name, entry_kind kind);
    /// No more is added; what is kept is put in order. For many names this takes a while: see `size`.
    void sort();

    std::size_t size() const noexcept { return records_.size(); }
    std::string_view name(std::size_t i) const noexcept { return name_of(records_[i]); }
    entry_kind kind(std::size_t i) const noexcept { return records_[i].kind; }
    /// Whether nothing that was added was left out.
    bool complete() const noexcept { return complete_; }

private:
    struct record {
        std::uint64_t order;  // what tells most names apart: eight bytes behind what all have in common
        std::uint32_t offset;
        std::uint16_t length;
        entry_kind kind;
    };

    std::string_view name_of(record const& r) const noexcept { return {text_.data() + r.offset, r.length}; }
    std::size_t used() const noexcept { return text_.size() + records_.size() * sizeof(record); }
    auto in_order() const noexcept;
    void set_orders() noexcept;
    void drop_upper_half();
    void lay_out();

    std::size_t memory_;
    std::string text_;
    std::vector<record> records_;
    std::string bound_;  // not less than it is what was left out
    bool complete_ = true;
};

}  // namespace sluice::inline v0::file
