#include "uring/look.hpp"

#include "uring/errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <vector>

namespace sluice::inline v0::uring {

result<file_status> look::outcome() const {
    if (error != 0) return file_failure("look at", where->path() + '/' + name, error);
    return status;
}

awaitable<void> look_at_all(std::span<look> all) {
    if (all.empty()) co_return;
    std::vector<struct ::statx> raw(all.size());
    std::vector<std::int32_t> answers(all.size());
    std::vector<request> calls;
    calls.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        calls.push_back(request::status(all[i].where->handle().number(), all[i].name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &raw[i]));
    co_await all.front().where->handle().owner().perform_all(calls, answers);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].error = -answers[i];
        if (answers[i] == 0) all[i].status = file_status(raw[i]);
    }
}

}  // namespace sluice::inline v0::uring
