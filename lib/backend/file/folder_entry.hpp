#pragma once

#include "backend/file/name_selection.hpp"
#include "uring/directory.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::file {

/// As what an entry is listed; nothing for what is neither file, link nor folder, and for half-written files.
std::optional<entry_kind> listed_as(uring::file_kind kind, std::string_view name) noexcept;

/// The same for an entry of which the directory does not say what it is. Nothing, when it has gone.
awaitable<result<std::optional<entry_kind>>> ask_kind(uring::directory* folder, std::string name);

/// Whether the key `path` + `name` is one: UTF-8 and not too long.
bool can_be_key(std::string_view path, std::string_view name) noexcept;

/// What the link at `path` below `root` leads to, if that is a regular file below `root`.
awaitable<result<std::optional<uring::file_status>>> follow_link(uring::directory* root, std::string path);

/// Whether the folder `path` below `root`, or any in it, has an object whose key comes behind `after`. One that must not be read has.
awaitable<result<bool>> has_object(uring::directory* root, std::string path, std::string after);

}  // namespace sluice::inline v0::file
