#pragma once

#include <sluice/object_store.hpp>
#include <sluice/range_engine.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::inline v0 {

/// Whether the object is there. Errors: all of `head` but not_found.
SLUICE_API awaitable<bool> exists(std::shared_ptr<object_store> store, object_key where);

/// Every key under `prefix`, page after page, in the order of `object_store::list`; memory holds one page. `visit` returning false ends
/// the listing early.
/// Errors: protocol when the service repeats a page token (a listing never loops for ever).
using page_visitor = std::function<awaitable<bool>(list_page)>;
SLUICE_API awaitable<void> for_each_page(std::shared_ptr<object_store> store, std::string prefix, list_options options, page_visitor visit);

/// A listing that is asked for the next key, in the order of `object_store::list`; memory holds one page. Groups of a delimiter are not
/// among them.
///
/// Lifetime: keeps the store; copies are the same listing. Threads: one `next` at a time. Errors: as of `for_each_page`; after those of the
/// store, and after a cancel, `next` may be called again and goes on where it was.
class SLUICE_API object_lister {
public:
    object_lister(std::shared_ptr<object_store> store, std::string prefix, list_options options = {});
    /// Nothing behind the last.
    awaitable<std::optional<object_meta>> next();

private:
    struct state;
    std::shared_ptr<state> state_;
};

/// Every page in one: for listings known to be small.
SLUICE_API awaitable<list_page> list_all(std::shared_ptr<object_store> store, std::string prefix, list_options options = {});

/// Many objects, at most `in_flight` at once, results in input order. One failure cancels the rest and is thrown.
SLUICE_API awaitable<std::vector<whole_object>> get_many(std::shared_ptr<object_store> store, std::vector<object_key> keys,
                                                         std::size_t in_flight = 64, range_engine_options options = {});

/// Options of `get_ranges`.
struct get_ranges_options {
    get_ranges_options() {}
    std::uint64_t gap = 1ull << 20;  ///< ranges at most this far apart share one request
    std::size_t in_flight = 16;
    get_options get;
};

/// Several ranges of one object, all of one version, results in input order; near or overlapping ranges share a request.
/// Errors: range_not_satisfiable when a range begins at or behind the end.
SLUICE_API awaitable<std::vector<bytes>> get_ranges(std::shared_ptr<object_store> store, object_key where, std::vector<byte_range> ranges,
                                                    get_ranges_options options = {});

/// Removes every object under `prefix`, page by page. The report adds up all pages. An empty prefix is refused: say `remove_all`.
SLUICE_API awaitable<remove_report> remove_prefix(std::shared_ptr<object_store> store, std::string prefix);

/// Options of `copy_object`.
struct copy_options {
    copy_options() {}
    range_engine_options read;    ///< how the source is read; its part size is that of the upload, made larger where that is needed;
                                  ///< with strategy `single` it is one body and one put, which also does without strong ETags
    put_options put;              ///< of the new object; attributes are the source's unless some are given here
    bool keep_partial = false;    ///< on failure leave the parts for the next attempt, where `capabilities::resumes`
    sluice::v0::progress report;  ///< one call at a time, with strategy `sharded` on any of its contexts
};

/// Copies an object from any store to any other. Within one store, where that copies, by `object_store::copy`; else through this program's
/// memory: small ones in one request each, large ones in parts side by side, all of one version, at most `read.memory_limit` bytes at
/// once. An interrupted copy of the same version is gone on with.
///
/// Errors: those of reading and of writing. Failure and cancel: what was written is thrown away, unless `keep_partial`; an existing
/// object keeps its content. That the throwing away failed, too, is said in the error, with the upload's id.
SLUICE_API awaitable<copied> copy_object(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to,
                                         object_key as, copy_options options = {});

/// Options of `put_stream`.
struct put_stream_options {
    put_stream_options() {}
    put_options put;
    std::uint64_t part_size = 8ull << 20;       ///< at first; later parts are larger where the store takes only so many
    std::uint64_t memory_limit = 256ull << 20;  ///< bytes that may wait to be written, one part at least
    std::optional<std::uint64_t> size;          ///< of all that comes, where it is known: no part is larger than that needs
    sluice::v0::progress report;                ///< its total is 0 until the end, unless `size` is known
};

/// Some bytes into the front of `into`, which is not empty; 0 at the end.
using byte_source = std::function<awaitable<std::size_t>(std::span<std::byte> into)>;

/// Writes an object as it comes, of a length that need not be known: in one put when it is no longer than a part, else as an upload whose
/// parts are written side by side while `from` is read. `from` waits while `memory_limit` bytes are under way.
///
/// Errors: those of `from`, which end the write, and of writing; truncated or invalid_argument when it gives less or more than
/// `put_stream_options::size`; unsupported when more than one part comes and the store takes none.
/// Failure and cancel: what was written is thrown away; an existing object keeps its content. That the throwing away failed, too, is said
/// in the error, with the upload's id. A cancel while the upload is begun may leave one without parts, as of `create_upload`.
SLUICE_API awaitable<put_result> put_stream(std::shared_ptr<object_store> store, object_key where, byte_source from,
                                            put_stream_options options = {});

}  // namespace sluice::inline v0
