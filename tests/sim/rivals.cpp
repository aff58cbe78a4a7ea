#include "sim/trial.hpp"

#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <algorithm>
#include <iterator>

namespace sluice::sim {

awaitable<void> count_up(trial* const t, unsigned const times, std::uint64_t* const successes, std::uint64_t* const in_doubt) {
    for (unsigned n = 0, tries = 0; n < times && tries < 30; ++tries) {
        std::string etag, value = "0";
        std::function<awaitable<void>()> const look = [&]() -> awaitable<void> {
            whole_object const got = co_await get_all(t->store, "count");
            value = std::string(got.data.text());
            etag = got.object.etag;
        };
        outcome const looked = co_await t->attempt("read the count", look);
        t->judge("read the count", looked, {errc::not_found, errc::precondition_failed});
        if (!looked.finished && !looked.is(errc::not_found)) continue;
        std::function<awaitable<void>()> const swap = [&]() -> awaitable<void> {
            put_options options;
            options.create_only = etag.empty();
            options.if_match = etag;
            co_await t->store->put("count", payload(std::to_string(std::stoull(value) + 1)), options);
        };
        outcome const swapped = co_await t->attempt("count up", swap);
        t->judge("count up", swapped, {errc::precondition_failed, errc::already_exists});
        bool const lost = swapped.is(errc::precondition_failed) || swapped.is(errc::already_exists);
        if (swapped.finished) ++*successes;
        if (!swapped.finished && !lost) ++*in_doubt;
        if (!lost) ++n;
    }
}

awaitable<void> look_around(trial* const t) {
    for (std::uint64_t n = 5 + t->world.pick(10); n > 0; --n) {
        if (t->keys.empty()) break;
        std::string const key = std::next(t->keys.begin(), static_cast<std::ptrdiff_t>(t->world.pick(t->keys.size())))->first;
        std::optional<std::string> there;
        range_engine_options options;
        options.threshold = 1 + t->world.pick(3000);
        options.part_size = 4096 + t->world.pick(3000);
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            whole_object const got = co_await get_all(t->store, key, options);
            there = std::string(got.data.text());
        };
        outcome const o = co_await t->attempt("look at " + key, work);
        t->judge("look at " + key, o, {errc::not_found, errc::precondition_failed});
        if (o.finished && !t->keys[key].ever(there))
            t->find("look at " + key + ": " + std::to_string(there->size()) + " bytes that nobody wrote");
    }
}

awaitable<void> list_again(trial* const t) {
    std::vector<std::string> stable;
    for (std::uint64_t n = t->world.pick(30); n > 0; --n)
        stable.push_back("own/" + std::to_string(n % 5) + "/still &<" + std::to_string(n));
    for (std::string const& key : stable) t->server->put(key, "x");
    for (unsigned n = 0; n < 3; ++n) {
        std::vector<std::string> names;
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            list_options options;
            options.max_keys = static_cast<std::uint32_t>(1 + t->world.pick(50));
            list_page const all = co_await list_all(t->store, "own/", options);
            for (object_meta const& o : all.objects) names.push_back(o.key);
        };
        outcome const o = co_await t->attempt("list", work);
        t->judge("list", o);
        if (!o.finished) continue;
        if (std::ranges::adjacent_find(names, std::ranges::greater_equal()) != names.end()) t->find("list: not in order, or twice");
        for (std::string const& key : stable)
            if (!std::ranges::binary_search(names, key)) t->find("list: " + key + " is missing");
        for (std::string const& key : names)
            if (!t->keys.contains(key) && std::ranges::find(stable, key) == stable.end()) t->find("list: " + key + " was never written");
    }
}

}  // namespace sluice::sim
