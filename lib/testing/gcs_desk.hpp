#pragma once

#include "codec/json.hpp"
#include "testing/gcs_objects.hpp"
#include "testing/service_desk.hpp"

#include <sluice/testing/gcs_server.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace sluice::inline v0::testing {

/// What a request is for.
struct gcs_target {
    enum class kind : std::uint8_t { buckets, bucket, objects, object, compose, rewrite, upload, session } what = kind::buckets;
    std::string bucket, key;        ///< decoded
    std::string to_bucket, to_key;  ///< of a rewrite
};

/// A resumable upload.
struct gcs_session {
    std::string bucket;
    gcs_object object;  ///< without data
    header_list conditions;
    std::optional<std::uint64_t> announced;  ///< X-Upload-Content-Length
    std::string promised_crc32c;
    std::string received;
    std::optional<gcs_object> made;
    bool gone = false;
};

/// The service without its connections.
class gcs_desk final : public service_desk {
public:
    gcs_desk(gcs_server_options options, std::function<unix_seconds()> time);

    gcs_objects objects;
    gcs_server_options const options;

    void rotate_token(std::string token);
    void expire_sessions();
    std::uint64_t sessions_open() const;
    /// Gives the ETag.
    std::string put(std::string const& bucket, std::string const& key, std::string data, header_list fields);

private:
    void look(service_request const& request, service_request_view& view) override;
    void check(service_request const& request) override;
    service_reply work(service_request& request, service_fault const& fault) override;
    service_reply document(service_problem const& problem, std::string_view request_id) override;
    std::string id_header() const override { return "x-guploader-uploadid"; }

    service_reply on_buckets(service_request const& request);
    service_reply on_bucket(service_request const& request, gcs_target const& target);
    service_reply list(service_request const& request, gcs_target const& target);
    service_reply on_object(service_request const& request, gcs_target const& target, service_fault const& fault);
    service_reply read(service_request const& request, gcs_object const& object, service_fault const& fault);
    service_reply compose(service_request const& request, gcs_target const& target);
    service_reply rewrite(service_request const& request, gcs_target const& target);
    service_reply upload(service_request& request, gcs_target const& target);
    service_reply multipart(service_request& request, gcs_target const& target);
    service_reply begin_session(service_request const& request, gcs_target const& target);
    service_reply on_session(service_request& request, service_fault const& fault);
    service_reply take_chunk(gcs_session& session, service_request& request, service_fault const& fault);
    service_reply finish_session(gcs_session& session);

    gcs_object described(service_request const& request, codec::json_document const& resource, std::string name) const;
    gcs_object stored(std::string const& bucket, gcs_object object, std::string data, header_list const& conditions);

    mutable std::mutex mutex_;  // guards what follows
    std::string token_;
    std::set<std::string> expired_;
    std::map<std::string, gcs_session> sessions_;
    std::uint64_t last_session_ = 0;
    std::map<std::string, std::uint64_t> rewrites_;  // done bytes by token
    std::uint64_t last_rewrite_ = 0;
};

/// Throws service_problem for what is no path of the API.
gcs_target target_of(service_request const& request);
/// Parameters and x-goog headers that an operation knows. Throws service_problem.
void check_words(service_request const& request, gcs_target const& target);
/// ifGenerationMatch and the like. Throws service_problem: 412, of a read 304.
void check_conditions(header_list const& parameters, gcs_object const* current, bool reads);
/// Base64 of the SHA-256 of the customer's key that is sent, "" for none. Throws service_problem for one that is not whole.
std::string customer_key_in(service_request const& request, std::string const& before);
/// Throws service_problem when that is not the key the object was written by.
void check_customer_key(gcs_object const& object, std::string const& key);

/// The resource of an object, as JSON.
std::string resource_of(std::string const& bucket, gcs_object const& object);
service_reply json_reply(std::string json);
std::string json_text(std::string_view text);
std::uint64_t number_in(std::string const& text);
/// A body, or a part of one. Throws service_problem for what is no JSON object.
codec::json_document document_in(std::string_view json);

}  // namespace sluice::inline v0::testing
