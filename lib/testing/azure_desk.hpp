#pragma once

#include "testing/azure_signature.hpp"
#include "testing/s3_objects.hpp"
#include "testing/service_desk.hpp"

#include <sluice/testing/azure_server.hpp>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// Blocks of blobs: those of no list yet, and those each blob is made of. Threads: all members from any thread.
class azure_blocks {
public:
    using block = std::shared_ptr<std::string const>;
    using place = std::pair<std::string, std::string>;  ///< container and blob

    void put(place const& where, std::string const& id, std::string data);
    /// The bytes of the list `ids`, each with where it may lie ("Latest", "Committed", "Uncommitted"); the blocks are committed then, and
    /// all others of the blob gone. Throws service_problem.
    std::string commit(place const& where, std::vector<std::pair<std::string, std::string>> const& ids);
    /// The blob was written whole or removed.
    void forget(place const& where);
    /// Names and sizes of those that are not committed; nothing for a blob that never had any.
    std::vector<std::pair<std::string, std::size_t>> uncommitted(place const& where) const;
    std::uint64_t count_uncommitted() const;

private:
    struct blocks_of_one {
        std::map<std::string, block> fresh, committed;
    };
    mutable std::mutex mutex_;
    std::map<place, blocks_of_one> blobs_;
};

/// An account of Azure Blob Storage.
class azure_desk final : public service_desk {
public:
    azure_desk(azure_server_options options, std::function<unix_seconds()> time);

    s3_objects blobs;
    azure_blocks blocks;
    azure_server_options const options;

    void accept_tokens(std::vector<std::string> tokens);
    std::string put(std::string const& container, std::string const& key, std::string data);

private:
    void look(service_request const& request, service_request_view& view) override;
    void check(service_request const& request) override { admit(request, false); }
    void admit(service_request const& request, bool part);
    service_reply work(service_request& request, service_fault const& fault) override;
    service_reply document(service_problem const& problem, std::string_view request_id) override;
    std::string id_header() const override { return "x-ms-request-id"; }

    struct call {
        service_request& request;
        service_fault const& fault;
        azure_target target;

        std::string header(std::string_view name) const;
        std::string parameter(std::string_view name) const;
        azure_blocks::place place() const { return {target.container, target.blob}; }
    };
    azure_target target_of(service_request const& request) const;
    service_reply on_account(call const& one);
    service_reply on_container(call const& one);
    service_reply on_blob(call const& one);
    service_reply list(call const& one) const;
    service_reply list_containers() const;
    service_reply make_container(call const& one);
    service_reply remove_container(call const& one);
    service_reply batch(call const& one);
    std::string answer_to_part(std::string_view text, std::string const& container);
    service_reply read(call const& one);
    service_reply put_blob(call const& one);
    service_reply put_block(call const& one);
    service_reply commit(call const& one);
    service_reply list_blocks(call const& one) const;
    service_reply copy(call const& one);
    service_reply set_attributes(call const& one, bool metadata);
    service_reply remove(call const& one);
    s3_object find(call const& one) const;
    void write(call const& one, s3_object object);
    s3_object make(std::string data);
    std::string next_etag();

    mutable std::mutex mutex_;  // guards what follows
    std::set<std::string> tokens_;
    std::uint64_t last_etag_ = 0;
    std::map<std::string, unsigned> pending_;  ///< copies, and how often they are still told to be under way
};

/// Which parameters and headers an operation knows. Throws service_problem.
void check_azure_words(service_request const& request, azure_target const& target);
/// Verifies Content-MD5 and x-ms-content-crc64, and tells what of the body is kept or answered. Throws service_problem.
header_list checked_proofs(service_request const& request);
/// Of bytes, as the service writes it.
std::string azure_crc64(std::string_view data);
/// "<Latest>id</Latest>..." Throws service_problem.
std::vector<std::pair<std::string, std::string>> parse_azure_block_list(std::string_view body);
/// For XML text; what XML has no characters for is percent-encoded, and `encoded` says so.
std::string azure_name(std::string_view name);

}  // namespace sluice::inline v0::testing
