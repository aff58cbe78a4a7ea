// Merged ranges: every wanted byte is fetched exactly once, in few requests; and what a range means, against a naive reading.
#include "input.hpp"

#include "transfer/range_plan.hpp"

#include <sluice/byte_range.hpp>

#include <set>

using namespace sluice;

namespace {

constexpr std::uint64_t size = 500;

void check(std::vector<transfer::wanted_range> const& wanted, std::uint64_t const gap) {
    std::vector<int> needed(size), fetched(size);
    for (auto const& one : wanted)
        for (std::uint64_t at = one.offset; at < one.offset + one.length; ++at) needed[at] = 1;
    auto const merged = transfer::merge_ranges(wanted, gap);
    std::set<std::size_t> served;
    std::uint64_t end = 0;
    for (auto const& one : merged) {
        fuzz::must(one.length > 0 && !one.serves.empty() && one.offset + one.length <= size, "no request for nothing");
        fuzz::must(end == 0 || one.offset > end + gap, "what lies near is one request");
        end = one.offset + one.length;
        fuzz::must(needed[one.offset] == 1 && needed[end - 1] == 1, "not a byte before or behind what is wanted");
        for (std::uint64_t at = one.offset; at < end; ++at) ++fetched[at];
        for (std::size_t const i : one.serves) {
            fuzz::must(served.insert(i).second, "served once");
            fuzz::must(wanted[i].offset >= one.offset && wanted[i].offset + wanted[i].length <= end, "served wholly");
        }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) fuzz::must(served.contains(i) == (wanted[i].length > 0), "each is served");
    for (std::uint64_t at = 0, useless = 0; at < size; ++at) {
        fuzz::must(fetched[at] <= 1 && fetched[at] >= needed[at], "every byte exactly once");
        useless = fetched[at] == 1 && needed[at] == 0 ? useless + 1 : 0;
        fuzz::must(useless <= gap, "no useless stretch longer than the gap");
    }
}

/// Byte by byte.
void check_range(byte_range const range, std::uint64_t const of) {
    resolved_range const got = resolve(range, of);
    for (std::uint64_t at = 0; at < of; ++at) {
        bool const in = range.what == byte_range::kind::whole || (range.what == byte_range::kind::from && at >= range.offset) ||
                        (range.what == byte_range::kind::last && of - at <= range.length) ||
                        (range.what == byte_range::kind::bounded && at >= range.offset && at - range.offset < range.length);
        fuzz::must(in == (at >= got.offset && at - got.offset < got.length), "the bytes that are meant");
    }
    fuzz::must(got.offset <= of && got.length <= of - got.offset, "inside of the object");
}

}  // namespace

void fuzz::run(input in) {
    byte_range range;
    range.what = static_cast<byte_range::kind>(in.number(3));
    range.offset = in.number();
    range.length = in.number();
    check_range(range, in.number(300));
    std::uint64_t const gap = in.number(50);
    std::vector<transfer::wanted_range> wanted;
    while (!in.empty() && wanted.size() < 40) {
        std::uint64_t const offset = in.number(size);
        wanted.push_back({offset, in.number(size - offset), 0});
    }
    check(wanted, gap);
}
