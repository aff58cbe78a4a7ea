#pragma once

#include <sluice/object_store.hpp>
#include <sluice/range_engine.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0 {

/// Whether the object is there. Errors: all of `head` but not_found.
SLUICE_API awaitable<bool> exists(std::shared_ptr<object_store> store, object_key where);

/// Every key under `prefix`, page after page, in key order; memory holds one page. `visit` returning false ends the listing early.
/// Errors: protocol when the service repeats a page token (a listing never loops for ever).
using page_visitor = std::function<awaitable<bool>(list_page)>;
SLUICE_API awaitable<void> for_each_page(std::shared_ptr<object_store> store, std::string prefix, list_options options, page_visitor visit);

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

/// Progress of a transfer: bytes done so far, and the total once it is known. Called from the transfer's coroutines; must be quick.
using progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Options of `copy_object`.
struct copy_options {
    copy_options() {}
    range_engine_options read;  ///< how the source is read; its part size is that of the upload, made larger where that is needed
    put_options put;            ///< of the new object; attributes are the source's unless some are given here
    bool keep_partial = false;  ///< on failure leave the parts for the next attempt, where `capabilities::resumes`
    sluice::v0::progress report;
};

/// What `copy_object` did.
struct copied {
    copied() {}
    object_meta object;         ///< the source
    put_result put;             ///< the new object
    std::uint64_t resumed = 0;  ///< bytes that an interrupted copy of the same version had left
};

/// Copies an object from any store to any other, through this program's memory: small ones in one request each, large ones in parts
/// side by side, all of one version, at most `read.memory_limit` bytes at once. An interrupted copy of the same version is gone on with.
///
/// Errors: those of reading and of writing. Failure and cancel: what was written is thrown away, unless `keep_partial`; an existing
/// object keeps its content. That the throwing away failed, too, is said in the error, with the upload's id.
SLUICE_API awaitable<copied> copy_object(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to,
                                         object_key as, copy_options options = {});

/// Downloads an object into a file: parts side by side into a temporary file of the same folder, which then takes the name.
///
/// Cancel and failure: the temporary file is removed; an existing file keeps its old content. Errors: those of reading; io, no_space.
SLUICE_API awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path,
                                           range_engine_options options = {}, progress report = {});

/// Uploads a file in one put. The file is read as it is sent. Errors: those of `put`; io when the file cannot be read or became shorter.
SLUICE_API awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options = {},
                                          progress report = {});

}  // namespace sluice::inline v0
