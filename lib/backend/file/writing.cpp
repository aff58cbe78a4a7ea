#include "backend/file/writing.hpp"

#include "backend/file/direct_access.hpp"

#include <fcntl.h>

#include <utility>

namespace sluice::inline v0::file {

namespace {

/// `begin_file`, past the page cache. What can be made, but not so, is unsupported.
awaitable<result<fresh_file>> begin_direct(operation* op, key_path where, publish_terms terms) {
    result<fresh_file> fresh = co_await begin_file(op, where, terms, O_DIRECT);
    if (fresh || fresh.error().reason() != errc::invalid_argument) co_return std::move(fresh);
    result<fresh_file> const plain = co_await begin_file(op, where, terms, 0);
    if (!plain) co_return plain.error();
    co_return unsupported_directly(fresh.error());
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
    begun_file begun;
    result<key_path> where = path_to_write(op->key());
    if (!where) co_return where.error();
    begun.where = std::move(*where);
    if (options.attributes != attributes())
        co_return failure(errc::unsupported, "a file keeps no attributes; see capabilities::attributes");
    if (!options.resume_as.empty()) co_return failure(errc::unsupported, "an upload into a file is not taken up again");
    bool const direct = access == file_access::direct;
    result<fresh_file> fresh = fresh_file();
    if (direct) {
        fresh = co_await begin_direct(op, begun.where, publish_terms(options));
    } else {
        fresh = co_await begin_file(op, begun.where, publish_terms(options), 0);
    }
    if (!fresh) co_return fresh.error();
    begun.fresh = std::move(*fresh);
    result<std::unique_ptr<part_writer>> writer = co_await writer_for(op, &begun.fresh.content(), access);
    if (!writer) co_return writer.error();
    begun.writer = std::move(*writer);
    if (direct) co_return std::move(begun);
    // So that the time of what is written now is not the tick's, which several versions may share: kernels since 6.13 give a file whose
    // time somebody has seen one of its own.
    result<uring::file_status> const seen = co_await begun.fresh.content().status();
    if (!seen) co_return seen.error();
    co_return std::move(begun);
}

}  // namespace

awaitable<result<begun_file>> begin_object(operation* op, put_options options) {
    auto const attempt = [&](file_access access) { return begin_by(op, access, options); };
    co_return co_await by_access<begun_file>(op, &attempt);
}

awaitable<result<put_result>> write_object(operation* op, payload data, put_options options) {
    result<begun_file> begun = co_await begin_object(op, options);
    if (!begun) co_return begun.error();
    uring::file* const content = &begun->fresh.content();
    result<void> done = co_await begun->writer->write(content, 0, &data);
    if (done) done = co_await begun->writer->finish(content, data.size());
    if (!done) co_return done.error();
    result<put_result> put = co_await publish(op, &begun->fresh, begun->where, publish_terms(options));
    if (!put) co_return std::move(put);
    op->succeeded(data.size());
    co_return std::move(put);
}

}  // namespace sluice::inline v0::file
