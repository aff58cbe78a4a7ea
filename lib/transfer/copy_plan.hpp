#pragma once

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace sluice::inline v0::transfer {

/// The size of the parts behind the first: what was wanted, or more, so that `rest` bytes fit into the parts that are left.
std::uint64_t upload_part_size(std::uint64_t wanted, std::uint64_t rest, capabilities const& able) noexcept;

/// The size of part `number` of a stream whose end is not known: as wanted at first, and growing, so that 68 times as much fits into
/// the parts that the store takes, 5 TiB into 10,000 parts of 8 MiB.
std::uint64_t stream_part_size(std::uint32_t number, std::uint64_t wanted, capabilities const& able) noexcept;

/// What an interrupted copy is taken up by: the same version of the same object, cut in the same way.
/// Empty when the version has no strong ETag: then there is nothing to recognise it by.
std::string resume_name(std::string const& uri, object_meta const& object, std::uint64_t first_part, std::uint64_t part_size);

/// `given`, with the object's own attributes where none were given and the other side keeps them.
put_options put_options_for(put_options given, object_meta const& object, capabilities const& able);

/// The parts an interrupted upload left.
class finished_parts {
public:
    explicit finished_parts(std::vector<written_part> const& parts);
    bool has(part_place where, std::uint64_t size) const noexcept;

private:
    std::map<std::uint32_t, written_part> parts_;
};

}  // namespace sluice::inline v0::transfer
