#include "store/partial_name.hpp"

#include <algorithm>

namespace sluice::inline v0::store {

namespace {

constexpr std::string_view front = ".sluice-", partial_back = ".partial", journal_back = ".journal";
constexpr std::size_t id_length = 32;

bool is_hexadecimal(char const c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::string name_of(std::string_view const id, std::string_view const back) { return std::string(front).append(id).append(back); }

std::string_view id_of(std::string_view const name) noexcept { return name.substr(front.size(), id_length); }

bool is_name(std::string_view const name, std::string_view const back) noexcept {
    return name.size() == front.size() + id_length + back.size() && name.starts_with(front) && name.ends_with(back) &&
           std::ranges::all_of(id_of(name), is_hexadecimal);
}

}  // namespace

std::string partial_name(std::string_view const id) { return name_of(id, partial_back); }

std::string journal_name(std::string_view const id) { return name_of(id, journal_back); }

bool is_partial_name(std::string_view const name) noexcept { return is_name(name, partial_back) || is_name(name, journal_back); }

bool is_journal_name(std::string_view const name) noexcept { return is_name(name, journal_back); }

std::string partial_beside(std::string_view const journal) { return name_of(id_of(journal), partial_back); }

std::string journal_beside(std::string_view const partial) { return name_of(id_of(partial), journal_back); }

}  // namespace sluice::inline v0::store
