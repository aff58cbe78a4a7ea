#include "backend/file/writing.hpp"

#include "backend/file/caching.hpp"

#include <utility>

namespace sluice::inline v0::file {

awaitable<result<begun_file>> begin_object(operation* op, put_options options) {
    begun_file begun;
    result<key_path> where = path_to_write(op->key());
    if (!where) co_return where.error();
    begun.where = std::move(*where);
    if (options.attributes != attributes())
        co_return failure(errc::unsupported, "a file keeps no attributes; see capabilities::attributes");
    result<lasting_file> made = co_await make_file(op, begun.where, options, 0);
    if (!made) co_return made.error();
    begun.file = std::move(*made);
    begun.writer = make_buffered_writer();
    // So that the time of what is written now is not the tick's, which several versions may share: kernels since 6.13 give a file whose
    // time somebody has seen one of its own.
    result<uring::file_status> const seen = co_await begun.file.fresh.content().status();
    if (!seen) co_return seen.error();
    co_return std::move(begun);
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
    done = co_await advise_used(&op->store().settings, content, 0, data.size());
    op->succeeded(data.size());
    co_return std::move(put);
}

}  // namespace sluice::inline v0::file
