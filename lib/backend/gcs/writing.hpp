#pragma once

#include "backend/gcs/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sluice::inline v0::gcs {

/// What is written, and for whom.
struct put_place {
    put_place(char const* operation, object_key of, object_key as) : name(operation), shown(std::move(of)), key(std::move(as)) {}
    char const* name;  ///< of the operation, in errors
    object_key shown;  ///< the object that the caller knows of
    object_key key;    ///< the object that is written
};

/// What is small goes in one request, with its checksum; all else is a resumable upload. `options` have been checked.
awaitable<resource> write_object(std::shared_ptr<core const> store, put_place where, payload data, put_options options);

/// `object_store::put`.
awaitable<put_result> put(std::shared_ptr<core const> store, object_key where, payload data, put_options options);

/// What the options ask of the object that is written over. An ETag is looked up, and stands for the generation and metageneration that
/// have it. Errors: precondition_failed.
awaitable<result<target_condition>> find_condition(operation* op, put_options const* options);

/// What a refused or unanswered conditional write comes to: the object may be there, by an attempt whose answer was lost.
awaitable<result<resource>> settle(operation* op, failure why, put_options const* options, std::string put_id);

/// A name for one conditional put; empty for others.
std::string put_id_for(boost::asio::any_io_executor const& executor, put_options const& options);

/// Whether a write is under a condition.
inline bool is_conditional(put_options const& options) noexcept { return options.create_only || !options.if_match.empty(); }

/// The CRC32C of what lies in memory, as the service writes it.
std::string crc32c_of(payload const& data);

}  // namespace sluice::inline v0::gcs
