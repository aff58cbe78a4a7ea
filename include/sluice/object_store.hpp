#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/body.hpp>
#include <sluice/bytes.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::inline v0 {

/// How the bytes of one object come.
enum class read_strategy : std::uint8_t {
    ranges,   ///< above the threshold parts side by side, on the caller's context
    single,   ///< one request for the whole
    sharded,  ///< as `ranges`, the parts spread over several contexts, each with connections of its own
};

/// How a store is best read where the caller has no wish of his own: see `range_engine_options`.
struct reading_habit {
    read_strategy strategy = read_strategy::ranges;
    std::uint64_t threshold = 8ull << 20;
    std::uint64_t part_size = 8ull << 20;
    std::uint64_t least_part = 8ull << 20;  ///< see `range_engine_options::least_part`
    std::size_t parts_in_flight = 16;
};

/// What a store can do beyond the plain operations; asking for more is `errc::unsupported`, never ignored.
struct capabilities {
    bool create_only_put = false;      ///< put_options::create_only
    bool conditional_put = false;      ///< put_options::if_match
    bool versions = false;             ///< get_options::version
    bool attributes = false;           ///< attributes are kept
    bool keeping = false;              ///< put_options::keeping
    bool checksums = false;            ///< `head` tells the checksum of objects that have one, and what is read is checked against it
    std::uint32_t longest_key = 1024;  ///< bytes; every key up to here is taken
    std::uint32_t remove_batch = 1;    ///< keys of one request; larger batches are split by the store
    bool uploads = false;              ///< create_upload
    bool resumes = false;              ///< put_options::resume_as of create_upload
    bool resumes_puts = false;         ///< the same of put
    bool copies = false;               ///< copy
    bool lone_uploads = false;         ///< a write of a key takes away the parts of all other uploads of it: they fail then, and say so
    std::uint32_t max_parts = 0;       ///< of one upload
    std::uint64_t min_part = 0;        ///< bytes of every part but the last
    std::uint64_t max_part = 0;
    bool paths =
        false;  ///< keys are paths of files: `//`, `.`, `..` and a slash at the end are invalid, and no key is the folder of another
    bool ordered_listing = true;  ///< `list` gives keys in order, and knows `list_options::start_after`
    bool folder_listing = false;  ///< `list` takes no prefix but whole folders, empty or with "/" at its end, and no other delimiter
    reading_habit reading;
};

/// A bucket, container or folder. Hold it by `std::shared_ptr`; share it between threads and coroutines freely.
///
/// Lifetime: an operation keeps what it needs of the store alive. Threads: immutable; any executor.
/// Errors: throws `error`. Cancel: reads leave nothing behind; a cancelled put or remove may or may not have been applied.
class SLUICE_API object_store {
public:
    virtual ~object_store() = default;

    /// Size, version and attributes of an object. Errors: not_found and all of transport.
    virtual awaitable<object_meta> head(object_key where, head_options options = {}) = 0;

    /// Reads `range` straight into `into`, which must stay valid until the await completes.
    ///
    /// Errors: buffer_too_small when the range, cut to the object, is longer than `into`; range_not_satisfiable when it
    /// begins at or behind the end (an empty object read whole is no error). After an error the contents of `into` are unspecified.
    virtual awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options = {}) = 0;

    /// Opens an object, or `options.range` of it, for reading in order.
    virtual awaitable<body_reader> get(object_key where, get_options options = {}) = 0;

    /// Writes a whole object in one step: readers see the old or the new one, never a part.
    virtual awaitable<put_result> put(object_key where, payload data, put_options options = {}) = 0;

    /// Begins an object that is written in parts; `options` holds for the finished object, its time limit for each call.
    ///
    /// Errors: unsupported where `can().uploads` is false. Cancel: an upload without parts may be left behind.
    virtual awaitable<upload> create_upload(object_key where, put_options options = {}) = 0;

    /// Makes `as` what `what` of this store is, within the service or the file system: the bytes do not come here. One version is copied,
    /// whole; readers of `as` see the old or the new object. To copy an object to itself is to write it anew.
    /// The time limit is of each step with its retries (a look at the source, a copy of all of it or of one part, the end), as of an
    /// upload.
    ///
    /// Errors: those of `head` and `put`; precondition_failed also when the source changed meanwhile; unsupported where `can().copies` is
    /// false. Cancel: as of a put. See `copy_object` for copies between stores.
    virtual awaitable<copied> copy(object_key what, object_key as, store_copy_options options = {}) = 0;

    /// One page of the keys that begin with `prefix`, in key order where `can().ordered_listing` says so, else in one of the store's own.
    /// See `list_all` for all pages. Errors: unsupported where the store has no order, or folders only, and more is asked for.
    virtual awaitable<list_page> list(std::string prefix, list_options options = {}) = 0;

    /// Removes every key; what failed is in the report, key by key. A missing key is no failure.
    virtual awaitable<remove_report> remove(std::vector<object_key> keys, call_options options = {}) = 0;

    virtual capabilities can() const noexcept = 0;

    /// "s3://bucket/" and the like: put a key behind it and it is that object's URI, without secrets.
    virtual std::string uri() const = 0;
};

}  // namespace sluice::inline v0
