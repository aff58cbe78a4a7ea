// A listing in parts side by side: whatever the keys are and in what order the answers come, every key once and in order, in few requests.
#include "input.hpp"

#include "base/utf8.hpp"
#include "transfer/shard_plan.hpp"

#include <set>

using namespace sluice;

namespace {

/// What a store answers: the keys behind `after`, `size` of them.
list_page page_behind(std::set<std::string> const& keys, std::string const& after, std::size_t const size) {
    list_page page;
    auto at = keys.upper_bound(after);
    for (; at != keys.end() && page.objects.size() < size; ++at) page.objects.emplace_back().key = *at;
    if (at != keys.end()) page.next = "more";
    return page;
}

void check_cuts(fuzz::input in) {
    transfer::alphabet letters;
    transfer::key_range range;
    std::string const first(in.line()), last(in.line());
    range.until = in.line();
    range.open_end = range.until.empty();
    bool const sound = base::valid_utf8(first) && base::valid_utf8(last) && base::valid_utf8(range.until) && first <= last;
    if (!sound || (!range.open_end && last >= range.until)) return;
    letters.learn(first);
    letters.learn(last);
    std::size_t const count = static_cast<std::size_t>(in.number(40));
    auto const found = transfer::cuts(letters, range, first, last, count);
    fuzz::must(found.size() <= count, "not more than were asked for");
    for (std::size_t i = 0; i < found.size(); ++i) {
        fuzz::must(found[i] > last && (range.open_end || found[i] < range.until), "strictly inside");
        fuzz::must(i == 0 || found[i] > found[i - 1], "rising");
        fuzz::must(base::valid_utf8(found[i]) && found[i].size() <= 1024, "a text that may be asked for");
    }
    fuzz::must(!(transfer::pages_left(letters, range, first, last) < 0), "not less than nothing is left");
    for (std::string const& text : {first, last}) fuzz::must(letters.place_of(text, 0) >= 0 && letters.place_of(text, 0) <= 1, "a place");
}

}  // namespace

void fuzz::run(input in) {
    check_cuts(in);
    transfer::shard_plan::limits most;
    most.in_flight = static_cast<std::size_t>(in.number(8));
    most.memory = in.number(1 << 20);
    std::size_t const page = static_cast<std::size_t>(in.number(9) + 1);
    std::uint64_t order = in.number();
    std::string const start(in.line());
    std::set<std::string> keys;
    while (!in.empty() && keys.size() < 300) {
        std::string const key(in.line());
        std::uint64_t const copies = key.ends_with('*') ? 40 : 1;
        for (std::uint64_t i = 0; i < copies; ++i) keys.insert(copies == 1 ? key : key + std::to_string(i * 7919 % 1000));
    }
    std::erase_if(keys, [](std::string const& key) { return key.empty() || !base::valid_utf8(key) || key.find('\0') != key.npos; });

    transfer::shard_plan plan({}, start, most);
    std::vector<transfer::shard_plan::request> asked;
    std::vector<std::string> given;
    std::size_t requests = 0;
    while (!plan.done()) {
        while (auto const next = plan.next()) asked.push_back(*next), ++requests;
        must(!asked.empty() && asked.size() <= std::max<std::size_t>(most.in_flight, 1), "something is under way, and not too much");
        auto const which = asked.begin() + static_cast<std::ptrdiff_t>(order % asked.size());
        order = order * 6364136223846793005u + 1442695040888963407u;
        must(plan.answered(which->shard, page_behind(keys, which->after, page)).has_value(), "an answer that is taken");
        asked.erase(which);
        for (auto objects = plan.take(); !objects.empty(); objects = plan.take())
            for (object_meta const& one : objects) given.push_back(one.key);
        must(requests <= 200 + 12 * (keys.size() / page + 1), "not endlessly many requests");
    }
    must(std::ranges::equal(given, std::ranges::subrange(keys.upper_bound(start), keys.end())) && plan.waiting() == 0,
         "every key once, in order");
}
