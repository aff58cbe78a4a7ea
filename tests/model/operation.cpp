#include "model/operation.hpp"

#include <algorithm>
#include <cstdio>

namespace sluice::model {

namespace {

std::string quoted(std::string const& text) {
    std::string out = "\"";
    for (char const c : text) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
        out += c >= 0x20 && c < 0x7f && c != '"' ? std::string(1, c) : std::string(hex);
    }
    return out + '"';
}

std::string text_of(condition const c) {
    switch (c) {
    case condition::none: break;
    case condition::create_only: return ", create only";
    case condition::is_current: return ", if it is the current version";
    case condition::is_former: return ", if it is a former version";
    case condition::is_any: return ", if it is there";
    case condition::not_current: return ", if it is not the current version";
    }
    return {};
}

std::string text_of(byte_range const& r) {
    switch (r.what) {
    case byte_range::kind::whole: break;
    case byte_range::kind::bounded: return " [" + std::to_string(r.offset) + ", +" + std::to_string(r.length) + ")";
    case byte_range::kind::from: return " from " + std::to_string(r.offset);
    case byte_range::kind::last: return " last " + std::to_string(r.length);
    }
    return " whole";
}

std::string text_of_removal(operation const& op) {
    std::string out = "remove " + quoted(op.key);
    for (std::string const& key : op.more) out += ", " + quoted(key);
    return out;
}

/// Keys that are close to each other: beginnings of one another, neighbours of the slash, and what has been got wrong before.
std::vector<std::string> const& names() {
    static std::vector<std::string> const all{"a",
                                              "a/b",
                                              "a/b/c",
                                              "a/c",
                                              "a.b",
                                              "a0",
                                              "ab",
                                              "b",
                                              "b/x y+z%2F",
                                              "\xc3\xa4/\xe6\x97\xa5\xe6\x9c\xac",
                                              "\xf0\x9f\x98\x80",
                                              "<&>\"'",
                                              "z/z/z",
                                              "\x01",
                                              "a//b",
                                              "a/",
                                              "/a",
                                              "b/./c",
                                              "../a",
                                              "b/.."};
    return all;
}

std::vector<std::string> const& prefixes() {
    static std::vector<std::string> const all{"",    "",   "a/",  "a/b/", "z/",  "b/",  "nothing/", "a",
                                              "a/b", "ab", "z/z", "\xc3", "b/x", "a//", "/"};
    return all;
}

byte_range random_range(chance& luck) {
    std::uint64_t const offset = luck.below(6) == 0 ? luck.below(5000) : luck.below(40), length = 1 + luck.below(1500);
    switch (luck.below(4)) {
    case 0: return byte_range::whole();
    case 1: return byte_range::from(offset);
    case 2: return byte_range::last(length);
    }
    return byte_range::bounded(offset, length);
}

std::uint32_t random_size(chance& luck) {
    if (luck.below(5) == 0) return 0;
    return static_cast<std::uint32_t>(1 + luck.below(luck.below(4) == 0 ? 20'000 : 40));
}

act random_act(chance& luck) {
    static constexpr act weighted[] = {act::put,  act::put,  act::put,  act::put,      act::stream, act::copy,  act::copy, act::begin,
                                       act::part, act::part, act::part, act::complete, act::abort,  act::head,  act::get,  act::read,
                                       act::read, act::list, act::list, act::list,     act::remove, act::remove};
    return weighted[luck.below(std::size(weighted))];
}

condition random_condition(chance& luck, act const what) {
    if (luck.below(3) != 0) return condition::none;
    bool const reads = what == act::head || what == act::get || what == act::read;
    if (reads) return luck.one_of(std::vector{condition::is_current, condition::is_former, condition::not_current});
    bool const writes = what == act::put || what == act::stream || what == act::copy || what == act::begin;
    if (!writes) return condition::none;
    return luck.one_of(std::vector{condition::create_only, condition::is_current, condition::is_former, condition::is_any});
}

void choose_listing(operation& op, chance& luck) {
    op.prefix = luck.one_of(prefixes());
    if (luck.below(2) == 0) op.delimiter = luck.below(6) != 0 ? "/" : "b";
    bool const after = op.delimiter.empty() && luck.below(3) == 0;
    if (after) op.after = luck.one_of(names());
    if (luck.below(2) == 0) op.page = static_cast<std::uint32_t>(1 + luck.below(4));
}

operation random_operation(chance& luck, std::vector<std::string> const& keys) {
    operation op;
    op.what = random_act(luck);
    op.key = luck.one_of(keys);
    op.when = random_condition(luck, op.what);
    op.fill = static_cast<std::uint32_t>(luck.below(1000));
    op.size =
        op.what == act::part ? (luck.below(2) == 0 ? part_size : 1 + static_cast<std::uint32_t>(luck.below(part_size))) : random_size(luck);
    op.slot = static_cast<unsigned>(luck.below(slots));
    op.number = static_cast<unsigned>(1 + luck.below(3));
    if (op.what == act::copy) op.other = luck.one_of(keys);
    if (op.what == act::get || op.what == act::read) op.range = random_range(luck);
    if (op.what == act::read) op.room = luck.below(8) == 0 ? static_cast<std::uint32_t>(luck.below(50)) : 40'000;
    if (op.what == act::list) choose_listing(op, luck);
    for (std::uint64_t n = op.what == act::remove && luck.below(3) == 0 ? luck.below(5) : 0; n > 0; --n)
        op.more.push_back(luck.one_of(keys));
    return op;
}

}  // namespace

std::uint64_t chance::below(std::uint64_t const limit) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % limit;
}

std::string text_of(operation const& op) {
    std::string const key = quoted(op.key), slot = "upload " + std::to_string(op.slot);
    std::string const bytes = std::to_string(op.size) + " bytes", when = text_of(op.when);
    switch (op.what) {
    case act::put: return "put " + key + ", " + bytes + when;
    case act::stream: return "put_stream " + key + ", " + bytes + when;
    case act::copy: return "copy " + key + " to " + quoted(op.other) + when;
    case act::begin: return slot + ": begin " + key + when;
    case act::part: return slot + ": part " + std::to_string(op.number) + " of " + bytes;
    case act::complete: return slot + ": complete";
    case act::abort: return slot + ": abort";
    case act::head: return "head " + key + when;
    case act::get: return "get " + key + text_of(op.range) + when;
    case act::read: return "read " + key + text_of(op.range) + " into " + std::to_string(op.room) + " bytes" + when;
    case act::list: break;
    case act::remove: return text_of_removal(op);
    }
    return "list " + quoted(op.prefix) + ", delimiter " + quoted(op.delimiter) + ", after " + quoted(op.after) + ", pages of " +
           std::to_string(op.page);
}

std::string data_of(operation const& op) {
    std::string data(op.size, '\0');
    std::uint32_t x = op.fill * 2654435761u + 1;
    for (char& c : data) {
        x = x * 1664525u + 1013904223u;
        c = static_cast<char>(x >> 24);
    }
    return data;
}

program random_program(std::uint64_t const seed) {
    chance luck(seed);
    std::vector<std::string> keys;  // few, so that they meet
    for (std::uint64_t n = 2 + luck.below(9); n > 0; --n) keys.push_back(luck.one_of(names()));
    program all;
    for (std::uint64_t n = 10 + luck.below(50); n > 0; --n) all.push_back(random_operation(luck, keys));
    return all;
}

}  // namespace sluice::model
