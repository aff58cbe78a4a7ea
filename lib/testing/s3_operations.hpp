#pragma once

#include "testing/s3_directory.hpp"
#include "testing/s3_objects.hpp"
#include "testing/s3_uploads.hpp"

#include <sluice/testing/s3_server.hpp>

namespace sluice::inline v0::testing {

/// What the operations work on.
struct s3_scene {
    s3_objects& objects;
    s3_uploads& uploads;
    s3_sessions& sessions;
    std::string region;
    std::uint32_t page_limit;
    bool bare_put_etags;
    std::uint64_t min_part_size;
    bool directory;
    std::chrono::seconds session_lifetime;
    unix_seconds now;
};

/// One function per operation; each throws s3_problem.
s3_reply get_object(s3_request const& request, s3_scene const& scene, s3_fault const& fault);
s3_reply put_object(s3_request const& request, s3_scene const& scene);
s3_reply copy_object(s3_request const& request, s3_scene const& scene);
s3_reply read_tags(s3_request const& request, s3_scene const& scene);
s3_reply write_tags(s3_request const& request, s3_scene const& scene);
s3_reply remove_tags(s3_request const& request, s3_scene const& scene);
s3_reply begin_upload(s3_request const& request, s3_scene const& scene);
s3_reply put_part(s3_request const& request, s3_scene const& scene);
s3_reply copy_part(s3_request const& request, s3_scene const& scene);
s3_reply complete_upload(s3_request const& request, s3_scene const& scene);
s3_reply abort_upload(s3_request const& request, s3_scene const& scene);
s3_reply list_uploads(s3_request const& request, s3_scene const& scene);
s3_reply list_parts(s3_request const& request, s3_scene const& scene);
s3_reply make_bucket(s3_request const& request, s3_scene const& scene);
s3_reply remove_bucket(s3_request const& request, s3_scene const& scene);
s3_reply list_buckets(s3_scene const& scene);
s3_reply bucket_location(std::string const& region);
s3_reply bucket_head(std::string const& region);
s3_reply delete_object(s3_request const& request, s3_scene const& scene);
s3_reply delete_objects(s3_request const& request, s3_scene const& scene);
s3_reply create_session(s3_request const& request, s3_scene const& scene);
s3_reply list_objects(s3_request const& request, s3_scene const& scene);

/// Throws when Content-MD5 is there and not that of the body.
void check_content_md5(s3_request const& request, bool required);
/// An ETag of what has such a digest, in quotes; that of a directory bucket looks like one, and is none.
std::string etag_of(std::string_view data, bool directory);
/// The headers of a write that a read gives back.
header_list kept_headers(s3_request const& request);
/// With ETag and time stamp as a PUT gives them.
s3_object make_object(std::string data, unix_seconds now, bool directory);

/// The number and the upload of a part. Throws s3_problem.
std::uint32_t part_number_of(s3_request const& request);
void keep_part(s3_request const& request, s3_scene const& scene, std::uint32_t number, s3_object part);

/// Reads the body of tags. Throws s3_problem.
header_list parse_tag_list(std::string_view body);
/// The tags of a header x-amz-tagging. Throws s3_problem.
header_list tags_of_header(s3_request const& request);

/// The digest of the customer's key that `request` brings, "" for none; `before` is "x-amz-" or "x-amz-copy-source-". Throws s3_problem for
/// one that is not whole.
std::string customer_key_of(s3_request const& request, std::string const& before);
/// Throws s3_problem when that is not the key the object was written by.
void check_customer_key(s3_object const& object, std::string const& key);

struct s3_delete_list {
    std::vector<std::string> keys;
    bool quiet = false;
};
/// Reads the body of a batch delete; takes no more of XML than that needs. Throws s3_problem.
s3_delete_list parse_delete_list(std::string_view body);

struct s3_named_part {
    std::uint32_t number = 0;
    std::string etag;
    std::string checksum_element, checksum;  ///< of the one it may have
};
/// Reads the body of a completion. Throws s3_problem.
std::vector<s3_named_part> parse_part_list(std::string_view body);

}  // namespace sluice::inline v0::testing
