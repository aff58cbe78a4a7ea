#include "backend/s3/response.hpp"

#include "backend/s3/checksums.hpp"
#include "backend/s3/request.hpp"
#include "base/ascii.hpp"
#include "base/http_date.hpp"
#include "store/conditions.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

constexpr std::string_view meta_prefix = "x-amz-meta-", sum_prefix = "x-amz-checksum-";

void take_metadata(attributes& into, std::string_view const name, std::string_view const value) {
    if (http::equal_ignoring_case(name, put_id_header)) return;
    into.metadata.emplace_back(base::lower(name.substr(meta_prefix.size())), value);
}

void take_field(object_meta& into, std::string_view const name, std::string_view const value) {
    auto const is = [name](std::string_view other) { return http::equal_ignoring_case(name, other); };
    switch (name.size()) {  // few fields of an answer get past this
    case 4:
        if (is("etag")) into.etag = store::quoted_etag(value);
        break;
    case 12:
        if (is("content-type")) into.attributes.content_type = value;
        break;
    case 13:
        if (is("last-modified")) into.last_modified = base::parse_http_date(value);
        if (is("cache-control")) into.attributes.cache_control = value;
        break;
    case 16:
        if (is("content-encoding")) into.attributes.content_encoding = value;
        if (is("content-language")) into.attributes.content_language = value;
        if (is("x-amz-version-id") && value != "null") into.version = value;
        break;
    case 19:
        if (is("x-amz-storage-class")) into.storage_class = value;
        if (is("content-disposition")) into.attributes.content_disposition = value;
        break;
    case 28:
        if (is("x-amz-server-side-encryption")) into.encryption = value;
        break;
    default: break;
    }
    if (name.size() > meta_prefix.size() && http::equal_ignoring_case(name.substr(0, meta_prefix.size()), meta_prefix))
        take_metadata(into.attributes, name, value);
}

}  // namespace

object_meta meta_of(object_key key, http::response_head const& head) {
    object_meta meta;
    meta.key = std::move(key);
    bool with_checksum = false;
    for (std::size_t i = 0; i < head.headers.size(); ++i) {
        http::fields::view const field = head.headers[i];
        take_field(meta, field.name, field.value);
        with_checksum = with_checksum || (field.name.size() > sum_prefix.size() &&
                                          http::equal_ignoring_case(field.name.substr(0, sum_prefix.size()), sum_prefix));
    }
    if (with_checksum) meta.checksum = told_checksum(head.headers);
    return meta;
}

put_result put_result_of(http::response_head const& head) {
    object_meta meta = meta_of({}, head);
    put_result done;
    done.etag = std::move(meta.etag);
    done.version = std::move(meta.version);
    return done;
}

result<void> check_key_used(http::fields const& sent, http::response_head const& head) {
    constexpr std::string_view algorithm = "x-amz-server-side-encryption-customer-algorithm";
    if (sent.value_or(algorithm).empty() || !head.headers.value_or(algorithm).empty()) return {};
    if (!sent.value_or("x-amz-copy-source").empty()) return {};  // MinIO does not say it of copies
    return failure(errc::unsupported,
                   "the service does not say that it used the customer's key: what was written may be kept in the open, remove it there");
}

result<std::uint64_t> size_of_head(http::response_head const& head) {
    if (!head.has_content_length) return broken("an answer to HEAD without a Content-Length");
    return head.content_length;
}

}  // namespace sluice::inline v0::s3
