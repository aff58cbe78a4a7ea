#include "store/partial_name.hpp"

#include <algorithm>

namespace sluice::inline v0::store {

namespace {

constexpr std::string_view front = ".sluice-", back = ".partial";
constexpr std::size_t id_length = 32;

bool is_hexadecimal(char const c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string partial_name(std::string_view const id) { return std::string(front).append(id).append(back); }

bool is_partial_name(std::string_view const name) noexcept {
    return name.size() == front.size() + id_length + back.size() && name.starts_with(front) && name.ends_with(back) &&
           std::ranges::all_of(name.substr(front.size(), id_length), is_hexadecimal);
}

}  // namespace sluice::inline v0::store
