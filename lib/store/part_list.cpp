#include "store/part_list.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

namespace sluice::inline v0::store {

result<void> part_list::check(part_place const where, std::uint64_t const size) const {
    if (where.number == 0 || where.number > max_parts_)
        return failure(errc::invalid_argument,
                       "part number " + std::to_string(where.number) + " is not one of 1 to " + std::to_string(max_parts_));
    if (size > std::numeric_limits<std::int64_t>::max() - std::min<std::uint64_t>(where.offset, std::numeric_limits<std::int64_t>::max()))
        return failure(errc::invalid_argument, "part " + std::to_string(where.number) + " ends beyond what an object can have");
    return {};
}

result<std::uint64_t> part_list::whole() const {
    std::uint64_t end = 0;
    for (auto const& [number, part] : parts_) {
        if (part.where.offset != end)
            return failure(errc::invalid_argument, "part " + std::to_string(number) + " begins at byte " +
                                                       std::to_string(part.where.offset) + ", but the parts before it end at " +
                                                       std::to_string(end));
        end += part.size;
    }
    return end;
}

std::vector<std::uint32_t> part_list::spoilt_by(part_place const where, std::uint64_t const size) const {
    std::vector<std::uint32_t> spoilt;
    auto const at = parts_.lower_bound(where.number);
    auto behind = at;
    if (behind != parts_.end() && behind->first == where.number) spoilt.push_back((behind++)->first);
    if (size == 0) return spoilt;
    auto const begins_before = [&](written_part const& part) { return part.where.offset < where.offset + size; };
    auto const ends_behind = [&](written_part const& part) { return part.where.offset + part.size > where.offset; };
    auto const look_at = [&](written_part const& part) {
        if (part.size > 0 && begins_before(part) && ends_behind(part)) spoilt.push_back(part.where.number);
    };
    for (; behind != parts_.end() && begins_before(behind->second); ++behind) look_at(behind->second);
    for (auto before = std::make_reverse_iterator(at); before != parts_.rend() && ends_behind(before->second); ++before)
        look_at(before->second);
    return spoilt;
}

std::vector<written_part> part_list::parts() const {
    std::vector<written_part> all;
    for (auto const& [number, part] : parts_) all.push_back(part);
    return all;
}

}  // namespace sluice::inline v0::store
