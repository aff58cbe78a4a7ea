#include "backend/azure/response.hpp"

#include "backend/azure/request.hpp"
#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/http_date.hpp"
#include "store/conditions.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

constexpr std::string_view meta_prefix = "x-ms-meta-";

void take_field(object_meta& into, std::string_view const name, std::string_view const value) {
    auto const is = [name](std::string_view other) { return http::equal_ignoring_case(name, other); };
    if (is("etag")) into.etag = store::quoted_etag(value);
    if (is("content-type")) into.attributes.content_type = value;
    if (is("last-modified")) into.last_modified = base::parse_http_date(value);
    if (is("cache-control")) into.attributes.cache_control = value;
    if (is("content-encoding")) into.attributes.content_encoding = value;
    if (is("content-language")) into.attributes.content_language = value;
    if (is("content-disposition")) into.attributes.content_disposition = value;
    if (is("x-ms-version-id")) into.version = value;
    if (is("x-ms-access-tier")) into.storage_class = value;
    if (is("x-ms-encryption-scope")) into.encryption = value;
    if (name.size() <= meta_prefix.size() || !http::equal_ignoring_case(name.substr(0, meta_prefix.size()), meta_prefix)) return;
    std::string own = base::lower(name.substr(meta_prefix.size()));
    if (own != put_id_name) into.attributes.metadata.emplace_back(std::move(own), value);
}

}  // namespace

object_meta meta_of(object_key key, http::response_head const& head) {
    object_meta meta;
    meta.key = std::move(key);
    for (std::size_t i = 0; i < head.headers.size(); ++i) take_field(meta, head.headers[i].name, head.headers[i].value);
    // Of a part Content-MD5 is the part's, and the whole's has a name of its own.
    bool const part = head.status == 206;
    std::string_view const md5 = head.headers.value_or(part ? "x-ms-blob-content-md5" : "content-md5");
    if (!md5.empty()) meta.checksum.emplace(checksum_algorithm::md5, std::string(md5));
    return meta;
}

put_result put_result_of(http::response_head const& head) {
    object_meta meta = meta_of({}, head);
    put_result done;
    done.etag = std::move(meta.etag);
    done.version = std::move(meta.version);
    return done;
}

std::optional<object_checksum> range_checksum(http::response_head const& head) {
    std::string_view const told = head.headers.value_or("x-ms-content-crc64");
    if (told.empty()) return std::nullopt;
    std::optional<std::string> raw = base::base64_decode(told);
    if (!raw || raw->size() != 8) return std::nullopt;
    std::ranges::reverse(*raw);
    return object_checksum(checksum_algorithm::crc64nvme, base::base64_encode(std::as_bytes(std::span<char const>(*raw))));
}

std::string crc_in_azures_order(std::uint64_t crc) {
    std::array<std::byte, 8> raw{};
    for (std::byte& one : raw) {
        one = static_cast<std::byte>(crc & 0xff);
        crc >>= 8;
    }
    return base::base64_encode(raw);
}

result<std::uint64_t> size_of_head(http::response_head const& head) {
    if (!head.has_content_length) return failure(errc::protocol, "an answer to HEAD without a Content-Length");
    return head.content_length;
}

copy_state copy_state_of(http::response_head const& head) {
    copy_state found;
    found.id = head.headers.value_or("x-ms-copy-id");
    found.description = std::string(head.headers.value_or("x-ms-copy-status-description").substr(0, 200));
    std::string_view const status = head.headers.value_or("x-ms-copy-status");
    std::string_view const source = head.headers.value_or("x-ms-copy-source");
    found.source = source.substr(0, source.find('?'));
    if (status == "pending") found.status = copy_state::what::pending;
    if (status == "success") found.status = copy_state::what::success;
    if (status == "failed" || status == "aborted") found.status = copy_state::what::failed;
    return found;
}

}  // namespace sluice::inline v0::azure
