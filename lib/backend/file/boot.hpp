#pragma once

#include "backend/file/operation.hpp"

#include <optional>
#include <string>

namespace sluice::inline v0::file {

struct boot_and_umask {
    boot_and_umask() {}
    std::string boot;    ///< an id that another start of the machine does not have
    unsigned umask = 0;  ///< of this process
};

/// What /proc tells of the machine and of us. Nothing: it does not. Cancel: nothing is changed.
awaitable<std::optional<boot_and_umask>> ask_system(operation* op);

/// The id in what /proc/sys/kernel/random/boot_id says; nothing for anything else.
std::optional<std::string> boot_in(std::string_view text);
/// The umask in what /proc/self/status says (Linux 4.7).
std::optional<unsigned> umask_in(std::string_view text);

}  // namespace sluice::inline v0::file
