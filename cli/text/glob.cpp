#include "text/glob.hpp"

#include "text/utf8.hpp"

#include <algorithm>

namespace sluice::inline v0::cli {

glob::glob(std::string_view pattern) {
    bool literal_so_far = true;
    for (std::size_t at = 0; at < pattern.size();) {
        char const c = pattern[at];
        step next;
        if (c == '*') {
            std::size_t const end = std::min(pattern.find_first_not_of('*', at), pattern.size());
            next.what = end - at > 1 ? kind::deep_run : kind::run;
            at = end;
        } else if (c == '?') {
            next.what = kind::any_one;
            ++at;
        } else if (std::size_t const end = c == '[' ? read_set(pattern, at) : at; end != at) {
            at = end;
            literal_so_far = false;
            continue;
        } else {
            if (c == '\\' && at + 1 < pattern.size()) ++at;
            character const literal = character_at(pattern, at);
            next.code = literal.code;
            if (literal_so_far) literal_prefix_.append(pattern.substr(at, literal.length));
            at += literal.length;
        }
        if (next.what != kind::literal) literal_so_far = false;
        if (next.what == kind::deep_run || (!literal_so_far && next.what == kind::literal && next.code == U'/')) one_level_ = false;
        steps_.push_back(std::move(next));
    }
}

/// Reads the set that opens at `at`; the place behind it, or `at` when it is never closed.
std::size_t glob::read_set(std::string_view pattern, std::size_t at) {
    step next;
    next.what = kind::one_of;
    std::size_t i = at + 1;
    if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
        next.what = kind::none_of;
        ++i;
    }
    for (bool first = true; i < pattern.size(); first = false) {
        if (pattern[i] == ']' && !first) {
            steps_.push_back(std::move(next));
            return i + 1;
        }
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        character const low = character_at(pattern, i);
        i += low.length;
        char32_t high = low.code;
        if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
            character const end = character_at(pattern, i + 1);
            high = end.code;
            i += 1 + end.length;
        }
        next.set.emplace_back(low.code, high);
    }
    return at;
}

bool glob::accepts(step const& s, char32_t code) {
    auto const in_set = [&] { return std::ranges::any_of(s.set, [&](auto const& r) { return r.first <= code && code <= r.second; }); };
    switch (s.what) {
    case kind::literal: return code == s.code;
    case kind::deep_run: return true;
    case kind::any_one:
    case kind::run: return code != U'/';
    case kind::one_of: return code != U'/' && in_set();
    case kind::none_of: return code != U'/' && !in_set();
    }
    return false;
}

/// A run may be empty: who stands before one also stands behind it.
void glob::pass_runs(std::vector<bool>& at) const {
    for (std::size_t i = 0; i < steps_.size(); ++i)
        if (at[i] && (steps_[i].what == kind::run || steps_[i].what == kind::deep_run)) at[i + 1] = true;
}

bool glob::matches(std::string_view key) const {
    // Every place of the pattern that the key read so far can stand at, all advanced together: no backtracking.
    std::vector<bool> at(steps_.size() + 1), next;
    at[0] = true;
    pass_runs(at);
    for (std::size_t k = 0; k < key.size();) {
        character const c = character_at(key, k);
        k += c.length;
        next.assign(at.size(), false);
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (!at[i] || !accepts(steps_[i], c.code)) continue;
            bool const stays = steps_[i].what == kind::run || steps_[i].what == kind::deep_run;
            next[stays ? i : i + 1] = true;
        }
        pass_runs(next);
        at.swap(next);
    }
    return at[steps_.size()];
}

}  // namespace sluice::inline v0::cli
