#include "backend/file/direct_access.hpp"

#include <string>

namespace sluice::inline v0::file {

awaitable<result<uring::alignment>> alignment_of(uring::file* const file, uring::file_status const* const status) {
    std::uint64_t type = 0;
    if (!status->tells_alignment) {  // one that tells is no file system that takes O_DIRECT and ignores it
        result<std::uint64_t> const asked = co_await file->file_system();
        if (!asked) co_return asked.error();
        type = *asked;
    }
    co_return uring::direct_alignment(*status, type, file->path());
}

failure unsupported_directly(failure why) {
    if (why.reason() != errc::invalid_argument) return why;
    std::string const said = why.info().detail;
    return {errc::unsupported, said + " (O_DIRECT: its file system cannot go past the page cache)"};
}

void say_buffered(operation const* const op, failure const& why) {
    base::logger const& log = op->store().log;
    if (log.at(log_level::info)) log.write(log_level::info, op->uri() + " goes through the page cache: " + why.info().detail);
}

}  // namespace sluice::inline v0::file
