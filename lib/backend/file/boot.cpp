#include "backend/file/boot.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t id_length = 36, longest = 4096;
constexpr std::string_view umask_label = "\nUmask:\t";

awaitable<result<std::string>> text_of(operation* op, std::string path) {
    result<uring::file> opened = co_await op->files().open(std::move(path), O_RDONLY);
    if (!opened) co_return opened.error();
    std::string text(longest, '\0');
    result<std::size_t> const n = co_await opened->read_full(0, std::as_writable_bytes(std::span(text)));
    if (!n) co_return n.error();
    text.resize(*n);
    co_return std::move(text);
}

}  // namespace

std::optional<std::string> boot_in(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto const fits = [](char const c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
    if (text.size() != id_length || !std::ranges::all_of(text, fits)) return std::nullopt;
    return std::string(text);
}

std::optional<unsigned> umask_in(std::string_view text) {
    std::size_t const label = text.find(umask_label);
    if (label == std::string_view::npos) return std::nullopt;
    text.remove_prefix(label + umask_label.size());
    unsigned mask = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 8);
    bool const whole_line = error == std::errc() && end != text.data() + text.size() && *end == '\n';
    if (!whole_line || mask > 0777) return std::nullopt;
    return mask;
}

awaitable<std::optional<boot_and_umask>> ask_system(operation* op) {
    result<std::string> const boot = co_await text_of(op, "/proc/sys/kernel/random/boot_id");
    if (!boot) co_return std::nullopt;
    result<std::string> const us = co_await text_of(op, "/proc/thread-self/status");
    if (!us) co_return std::nullopt;
    std::optional<std::string> id = boot_in(*boot);
    std::optional<unsigned> const umask = umask_in(*us);
    if (!id || !umask) co_return std::nullopt;
    boot_and_umask system;
    system.boot = std::move(*id);
    system.umask = *umask;
    co_return std::move(system);
}

}  // namespace sluice::inline v0::file
