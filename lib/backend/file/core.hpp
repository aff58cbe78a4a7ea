#pragma once

#include "backend/file/list_cache.hpp"
#include "base/log.hpp"
#include "uring/direct_buffers.hpp"

#include <sluice/error.hpp>
#include <sluice/file.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::file {

/// What all operations of one store share. Threads: any.
class core {
public:
    /// Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make(file_settings settings);

    explicit core(file_settings settings);
    core(core const&) = delete;
    core& operator=(core const&) = delete;

    bool direct() const noexcept { return settings.access == file_access::direct; }

    file_settings const settings;  ///< `root` is absolute, without a slash at its end but for "/"
    std::string const uri;         ///< "file:///folder/"
    base::logger const log;
    mutable list_cache listings;
    mutable uring::direct_buffers buffers{std::size_t{32} << 20};
};

}  // namespace sluice::inline v0::file
