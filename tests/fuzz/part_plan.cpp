// How transfers are cut: every byte exactly once, and never more parts than a store takes.
#include "input.hpp"

#include "backend/s3/copy_recipes.hpp"
#include "backend/s3/multipart.hpp"
#include "store/part_list.hpp"
#include "transfer/copy_plan.hpp"
#include "transfer/range_plan.hpp"

using namespace sluice;

namespace {

void check_plan(std::uint64_t const offset, std::uint64_t const length, std::uint64_t const part, transfer::tail_part const tail) {
    transfer::part_plan const plan(offset, length, part, tail);
    std::uint64_t at = offset;
    fuzz::must(plan.size() == length / part + (length % part != 0), "as many as it takes");
    auto const looked_at = std::min<std::uint64_t>(plan.size(), 2000);
    for (std::uint64_t i = 0; i < looked_at; ++i) {
        transfer::range_part const one = plan[i];
        fuzz::must(one.offset == at && one.length > 0 && one.length <= part, "no gap, no overlap, none too large");
        fuzz::must(tail == transfer::tail_part::evened || i + 1 == plan.size() || one.length == part, "kept: all but the last alike");
        fuzz::must(tail == transfer::tail_part::kept || plan.size() == 1 || plan.size() > part / 2 || one.length >= part / 4,
                   "evened: none is tiny");
        at += one.length;
    }
    if (plan.size() == 0) return fuzz::must(length == 0, "nothing of nothing");
    transfer::range_part const last = plan[plan.size() - 1];
    fuzz::must(last.offset + last.length == offset + length && last.length > 0, "to the last byte");
}

void check_sizes(std::uint64_t const size, std::uint64_t const wanted, capabilities const& able) {
    std::uint64_t const part = transfer::upload_part_size(wanted, size, able);
    std::uint64_t const count = size / part + (size % part != 0);
    fuzz::must(part >= able.min_part && count + 1 <= std::max<std::uint64_t>(able.max_parts, 2), "parts that the store takes");
    std::uint64_t const copied = s3::copy_part_size(size, wanted);
    bool const possible = size <= s3::max_part * s3::max_parts;
    fuzz::must(copied >= s3::min_part && copied <= s3::max_part, "a part that can be copied");
    fuzz::must(!possible || size / copied + (size % copied != 0) <= s3::max_parts, "in 10,000 parts");
    std::uint64_t before = 0;
    for (std::uint32_t number = 1; number < 10'000; number += 999) {
        std::uint64_t const one = transfer::stream_part_size(number, wanted, able);
        fuzz::must(one >= before && one >= std::min(able.min_part, able.max_part), "a stream's parts grow");
        before = one;
    }
}

/// Parts of a small upload against a map of its bytes.
void check_list(fuzz::input in) {
    store::part_list list(20);
    std::vector<written_part> parts;
    while (!in.empty()) {
        auto const number = static_cast<std::uint32_t>(in.number(21));
        written_part const one{{number, in.number(300)}, in.number(100)};
        bool const good = number >= 1 && number <= 20;
        fuzz::must(list.check(one.where, one.size).has_value() == good, "a number that a part can have");
        if (!good) continue;
        list.add(one.where, one.size);
        std::erase_if(parts, [&](written_part const& p) { return p.where.number == number; });
        parts.push_back(one);
    }
    std::ranges::sort(parts, {}, [](written_part const& p) { return p.where.number; });
    std::uint64_t end = 0;
    bool whole = true;
    for (written_part const& p : parts) {
        whole = whole && p.where.offset == end;
        end = p.where.offset + p.size;
    }
    auto const size = list.whole();
    fuzz::must(size.has_value() == whole && (!whole || *size == end), "whole, or not");
    fuzz::must(list.parts().size() == parts.size(), "each number once");
}

}  // namespace

void fuzz::run(input in) {
    constexpr std::uint64_t most = 1ull << 62;
    std::uint64_t const offset = in.number(most), length = in.number(most), part = in.number(most - 1) + 1;
    auto const tail = in.number(1) == 1 ? transfer::tail_part::kept : transfer::tail_part::evened;
    check_plan(offset, length, part, tail);
    capabilities able;
    able.max_parts = static_cast<std::uint32_t>(in.number(20'000));
    able.min_part = in.number(1ull << 33) + 1;
    able.max_part = able.min_part + in.number(1ull << 40);
    check_sizes(length, part % (1ull << 40), able);
    check_list(in);
}
