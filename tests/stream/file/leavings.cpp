#include "leavings.hpp"

#include "store/partial_name.hpp"

#include <algorithm>

namespace sluice::test {

namespace {

std::string only(folder_store const& at, bool (*is)(std::string_view)) {
    std::string found;
    for (std::string const& name : tree_of(at / "f"))
        if (is(name)) found = at / ("f/" + name);
    return found;
}

}  // namespace

list_of just_k() { return {"f/", "f/k"}; }

put_options as(std::string name) {
    put_options options;
    options.resume_as = std::move(name);
    return options;
}

std::string piece(std::string const& data, std::uint32_t number) { return data.substr((number - 1) * part, part); }

awaitable<void> write_part(upload to, std::uint32_t number, std::string data) {
    std::uint64_t const offset = (number - 1) * part;
    payload body(std::move(data));
    co_await to.write({number, offset}, std::move(body));
}

awaitable<void> leave(folder_store at, std::string data, char const* digits, put_options options) {
    upload dropped = co_await at.store->create_upload("f/k", std::move(options));
    for (; *digits != '\0'; ++digits) {
        auto const n = static_cast<std::uint32_t>(*digits - '0');
        co_await write_part(dropped, n, piece(data, n));
    }
}

std::vector<std::uint32_t> numbers_of(upload const& there) {
    std::vector<std::uint32_t> numbers;
    for (written_part const& p : there.parts()) numbers.push_back(p.where.number);
    return numbers;
}

awaitable<void> finish(upload to, std::string data) {
    std::vector<std::uint32_t> const there = numbers_of(to);
    for (std::uint32_t n = 1; n <= parts; ++n) {
        bool const missing = std::ranges::find(there, n) == there.end();
        if (missing) co_await write_part(to, n, piece(data, n));
    }
    co_await to.complete();
}

std::string journal_in(folder_store const& at) {
    return only(at, [](std::string_view name) { return store::is_journal_name(name); });
}
std::string partial_in(folder_store const& at) {
    return only(at, [](std::string_view name) { return store::is_partial_name(name) && !store::is_journal_name(name); });
}

}  // namespace sluice::test
