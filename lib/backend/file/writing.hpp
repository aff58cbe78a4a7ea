#pragma once

#include "backend/file/part_writer.hpp"
#include "backend/file/resuming.hpp"

#include <sluice/bytes.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::file {

/// An object that is being made.
struct begun_file {
    begun_file() {}
    key_path where;
    lasting_file file;  ///< without a journal when it is not to be taken up again
    std::unique_ptr<part_writer> writer;
};

/// Makes the file for the operation's key, and what writes into it. Errors: those of `begin_file`; invalid_argument for what can be no
/// key; unsupported for attributes.
awaitable<result<begun_file>> begin_object(operation* op, put_options options);

/// The same, through the page cache whatever the settings say.
awaitable<result<begun_file>> begin_buffered(operation* op, put_options options);

/// Writes the operation's key as one object.
awaitable<result<put_result>> write_object(operation* op, payload data, put_options options);

}  // namespace sluice::inline v0::file
