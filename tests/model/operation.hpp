#pragma once

#include <sluice/byte_range.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::model {

/// Bytes of every part of an upload but the last.
inline constexpr std::uint32_t part_size = 1000;

/// Uploads that may be open at once.
inline constexpr unsigned slots = 2;

enum class act : std::uint8_t { put, stream, copy, begin, part, complete, abort, head, get, read, list, remove };

/// Under which condition an object is read, replaced or made.
enum class condition : std::uint8_t {
    none,
    create_only,  ///< of a write
    is_current,   ///< If-Match with the ETag it has
    is_former,    ///< If-Match with the ETag it had before, or never had
    is_any,       ///< If-Match: * of a write
    not_current,  ///< If-None-Match of a read with the ETag it has
};

/// One step of a program. A value: it means the same for the store and for the map, and can be left out or made simpler.
struct operation {
    operation() {}
    act what = act::head;
    std::string key = "a", other = "a";  ///< `other`: the target of a copy
    std::vector<std::string> more;       ///< further keys to remove
    condition when = condition::none;
    std::uint32_t size = 0;  ///< of what is written
    std::uint32_t fill = 0;  ///< which bytes
    std::uint32_t room = 0;  ///< of the memory that is read into
    byte_range range;
    unsigned slot = 0;    ///< which upload
    unsigned number = 1;  ///< which part
    std::string prefix, delimiter, after;
    std::uint32_t page = 1000;

    friend bool operator==(operation const&, operation const&) = default;
};

using program = std::vector<operation>;

/// In one line.
std::string text_of(operation const& op);

/// What `op` writes.
std::string data_of(operation const& op);

/// Chance that is the same everywhere.
class chance {
public:
    explicit chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t below(std::uint64_t limit);
    template <class T>
    T const& one_of(std::vector<T> const& all) {
        return all[below(all.size())];
    }

private:
    std::uint64_t state_;
};

/// The same for every store: what one of them does not take it must refuse.
program random_program(std::uint64_t seed);

}  // namespace sluice::model
