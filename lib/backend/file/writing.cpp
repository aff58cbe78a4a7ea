#include "backend/file/writing.hpp"

#include "backend/file/direct_access.hpp"
#include "store/check.hpp"

#include <fcntl.h>

#include <utility>

namespace sluice::inline v0::file {

namespace {

/// `make_file`, past the page cache. What can be made, but not so, is unsupported.
awaitable<result<lasting_file>> make_direct(operation* op, key_path where, put_options options) {
    result<lasting_file> made = co_await make_file(op, where, options, O_DIRECT);
    if (made || made.error().reason() != errc::invalid_argument) co_return std::move(made);
    result<fresh_file> const plain = co_await begin_file(op, where, publish_terms(options), 0);
    if (!plain) co_return plain.error();
    co_return unsupported_directly(made.error());
}

awaitable<result<std::unique_ptr<part_writer>>> writer_for(operation* op, uring::file* content, file_access access) {
    if (access == file_access::buffered) co_return make_buffered_writer();
    result<uring::file_status> const status = co_await content->status();
    if (!status) co_return status.error();
    result<uring::alignment> const alignment = co_await alignment_of(content, &*status);
    if (!alignment) co_return alignment.error();
    co_return make_direct_writer(*alignment, op->store().buffers, status->size);
}

awaitable<result<begun_file>> begin_by(operation* op, file_access access, put_options options) {
    if (result<void> const checked = store::check_no_keeping(options.keeping); !checked) co_return checked.error();
    begun_file begun;
    result<key_path> where = path_to_write(op->key());
    if (!where) co_return where.error();
    begun.where = std::move(*where);
    if (options.attributes != attributes())
        co_return failure(errc::unsupported, "a file keeps no attributes; see capabilities::attributes");
    bool const direct = access == file_access::direct;
    result<lasting_file> made = lasting_file();
    if (direct) {
        made = co_await make_direct(op, begun.where, options);
    } else {
        made = co_await make_file(op, begun.where, options, 0);
    }
    if (!made) co_return made.error();
    begun.file = std::move(*made);
    result<std::unique_ptr<part_writer>> writer = co_await writer_for(op, &begun.file.fresh.content(), access);
    if (!writer) {
        co_await unmake_file(&begun.file);
        co_return writer.error();
    }
    begun.writer = std::move(*writer);
    if (direct) co_return std::move(begun);
    // So that the time of what is written now is not the tick's, which several versions may share: kernels since 6.13 give a file whose
    // time somebody has seen one of its own.
    result<uring::file_status> const seen = co_await begun.file.fresh.content().status();
    if (!seen) co_return seen.error();
    co_return std::move(begun);
}

}  // namespace

awaitable<result<begun_file>> begin_object(operation* op, put_options options) {
    auto const attempt = [&](file_access access) { return begin_by(op, access, options); };
    co_return co_await by_access<begun_file>(op, &attempt);
}

awaitable<result<begun_file>> begin_buffered(operation* op, put_options options) {
    co_return co_await begin_by(op, file_access::buffered, std::move(options));
}

awaitable<result<put_result>> write_object(operation* op, payload data, put_options options) {
    options.resume_as.clear();  // that is for uploads
    result<begun_file> begun = co_await begin_object(op, options);
    if (!begun) co_return begun.error();
    uring::file* const content = &begun->file.fresh.content();
    result<void> done = co_await begun->writer->write(content, 0, &data);
    if (done) done = co_await begun->writer->finish(content, data.size());
    if (!done) co_return done.error();
    result<put_result> put = co_await publish(op, &begun->file.fresh, begun->where, publish_terms(options));
    if (!put) co_return std::move(put);
    op->succeeded(data.size());
    co_return std::move(put);
}

}  // namespace sluice::inline v0::file
