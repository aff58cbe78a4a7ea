#include "transfer/copy_plan.hpp"

#include "store/conditions.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::transfer {

std::uint64_t upload_part_size(std::uint64_t const wanted, std::uint64_t const rest, capabilities const& able) noexcept {
    std::uint64_t const parts = std::max<std::uint32_t>(able.max_parts, 2) - 1;
    std::uint64_t const enough = rest / parts + (rest % parts != 0);
    return std::max({wanted, able.min_part, enough});
}

std::uint64_t stream_part_size(std::uint32_t const number, std::uint64_t const wanted, capabilities const& able) noexcept {
    constexpr std::uint64_t steps = 136;
    std::uint64_t const parts = std::max<std::uint64_t>(able.max_parts, 1);
    std::uint64_t const grown = 1 + (number - 1) * steps / parts;
    std::uint64_t const size = std::max(wanted, able.min_part) * grown;
    return able.max_part == 0 ? size : std::min(size, able.max_part);
}

std::string resume_name(std::string const& uri, object_meta const& object, std::uint64_t const first_part, std::uint64_t const part_size) {
    if (!store::strong_etag(object.etag)) return {};
    return uri + ' ' + object.etag + ' ' + object.version + ' ' + std::to_string(object.size) + ' ' + std::to_string(first_part) + ' ' +
           std::to_string(part_size);
}

put_options put_options_for(put_options given, object_meta const& object, capabilities const& able) {
    if (able.attributes && given.attributes == attributes()) given.attributes = object.attributes;
    return given;
}

finished_parts::finished_parts(std::vector<written_part> const& parts) {
    for (written_part const& part : parts) parts_.emplace(part.where.number, part);
}

bool finished_parts::has(part_place const where, std::uint64_t const size) const noexcept {
    auto const found = parts_.find(where.number);
    return found != parts_.end() && found->second.where.offset == where.offset && found->second.size == size;
}

}  // namespace sluice::inline v0::transfer
