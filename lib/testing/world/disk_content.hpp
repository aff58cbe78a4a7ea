#pragma once

#include "testing/world/chance.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::testing {

/// The bytes of one file: as programs see them, and what of them is on the platter. Pure.
class disk_content {
public:
    std::string const& now() const noexcept { return now_; }
    std::uint64_t size() const noexcept { return now_.size(); }

    void write(std::uint64_t offset, std::string_view bytes);
    void resize(std::uint64_t size);
    void flush();
    /// The power fails: each sector that was written and not flushed is on the platter with a chance of `keep` in 4, the size is one of
    /// those it had since the last flush. How many written bytes are lost.
    std::uint64_t crash(chance& luck, std::size_t sector, unsigned keep);

private:
    struct change {
        std::uint64_t offset;
        std::string bytes;   // none: the size alone changed
        std::uint64_t size;  // of the file, behind it
    };
    static std::uint64_t tear(std::string& into, change const& c, chance& luck, std::size_t sector, unsigned keep);

    std::string now_, platter_;
    std::vector<change> unflushed_;
};

}  // namespace sluice::inline v0::testing
