#pragma once

#include "base/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::http {

/// Header fields in order, their text in one piece of memory: adding a field allocates nothing once the buffers have grown.
class fields {
public:
    struct view {
        std::string_view name;
        std::string_view value;
    };

    void add(std::string_view name, std::string_view value);
    void clear() noexcept;
    std::size_t size() const noexcept { return spans_.size(); }
    view operator[](std::size_t index) const noexcept;

    /// The first field of that name, letter case ignored; views live until the next `add` or `clear`.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    std::string_view value_or(std::string_view name, std::string_view otherwise = {}) const noexcept;

private:
    struct span {
        std::uint32_t name_at, name_size, value_at, value_size;
    };
    std::string text_;
    std::vector<span> spans_;
};

using base::equal_ignoring_case;

}  // namespace sluice::inline v0::http
