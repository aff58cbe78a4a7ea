#include "backend/s3/multipart.hpp"

#include "base/hash.hpp"
#include "base/percent.hpp"
#include "codec/xml.hpp"
#include "store/conditions.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::size_t longest_id = 1024;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

std::string id_query(std::string_view const upload_id) {
    std::string query = "uploadId=";
    base::percent_encode(query, upload_id, false);
    return query;
}

std::string without_leading_space(std::string document) {
    document.erase(0, document.find_first_not_of(" \t\r\n"));
    return document;
}

std::optional<unsigned> hexadecimal(char const c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

/// Adds the 16 bytes that an ETag spells. False when it spells something else.
bool add_md5(std::vector<std::byte>& to, std::string_view etag) {
    if (etag.size() != 34 || etag.front() != '"' || etag.back() != '"') return false;
    etag = etag.substr(1, 32);
    for (std::size_t i = 0; i < etag.size(); i += 2) {
        auto const high = hexadecimal(etag[i]), low = hexadecimal(etag[i + 1]);
        if (!high || !low) return false;
        to.push_back(static_cast<std::byte>(*high << 4 | *low));
    }
    return true;
}

/// A CRC of the whole is made of those of the parts; of digests there is only a digest of digests.
std::string_view type_of(checksum_algorithm const algorithm) noexcept { return base::crc_of(algorithm) ? "FULL_OBJECT" : "COMPOSITE"; }

}  // namespace

result<recipe> begin_upload_recipe(object_key const& key, put_options const& options, etag_form const if_match,
                                   upload_checksums const& checksums) {
    if (!options.resume_as.empty())
        return failure(errc::unsupported, "an upload to this service is not taken up again; see capabilities::resumes");
    result<recipe> r = put_recipe(key, payload(), options, if_match);
    if (!r) return r;
    r->method = "POST";
    r->query = "uploads=";
    r->if_match.clear();  // the conditions are those of the completion
    http::fields kept;
    for (std::size_t i = 0; i < r->headers.size(); ++i) {
        if (r->headers[i].name != "If-None-Match") kept.add(r->headers[i].name, r->headers[i].value);
    }
    r->headers = std::move(kept);
    if (checksums.algorithm) {
        r->headers.add("x-amz-checksum-algorithm", base::name_of(*checksums.algorithm));
        r->headers.add("x-amz-checksum-type", type_of(*checksums.algorithm));
    }
    return r;
}

recipe part_recipe(object_key const& key, std::string_view const upload_id, std::uint32_t const number, payload data,
                   customer_key const& kept_by) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.query = "partNumber=" + std::to_string(number) + '&' + id_query(upload_id);
    r.body = std::move(data);
    add_customer_key(r.headers, "x-amz-", kept_by);
    return r;
}

result<recipe> complete_recipe(object_key const& key, std::string_view const upload_id, std::span<sent_part const> const parts,
                               put_options const& options, etag_form const if_match, upload_checksums const& checksums) {
    std::string document = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (sent_part const& part : parts) {
        document += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>";
        codec::xml_escape(document, part.etag);
        document += "</ETag>";
        if (checksums.algorithm && !part.checksum.value.empty()) {
            std::string const element(checksum_element(*checksums.algorithm));
            document += '<' + element + '>' + part.checksum.value + "</" + element + '>';
        }
        document += "</Part>";
    }
    document += "</CompleteMultipartUpload>";
    put_options conditions;
    conditions.create_only = options.create_only;
    conditions.if_match = options.if_match;
    conditions.keeping.key = options.keeping.key;  // wanted where the parts have checksums (API page CompleteMultipartUpload)
    result<recipe> r = put_recipe(key, payload(), conditions, if_match);
    if (!r) return r;
    r->method = "POST";
    r->query = id_query(upload_id);
    r->headers.add("Content-Type", "application/xml");
    if (checksums.whole) {
        r->headers.add(checksum_header(checksums.whole->algorithm), checksums.whole->value);
        r->headers.add("x-amz-checksum-type", type_of(checksums.whole->algorithm));
    }
    r->payload_hash = base::hex(base::sha256(document));
    r->body = payload(document);
    return r;
}

recipe abort_recipe(object_key const& key, std::string_view const upload_id) {
    recipe r = delete_recipe(key);
    r.query = id_query(upload_id);
    return r;
}

result<std::string> parse_begun(std::string document) {
    result<codec::xml_document> const parsed = codec::xml_document::parse(without_leading_space(std::move(document)), begun_limit);
    if (!parsed) return parsed.error();
    if (parsed->root().name() != "InitiateMultipartUploadResult") return broken("the answer names no upload; is this an S3 endpoint?");
    std::string id = parsed->root().text_of("UploadId");
    if (id.empty() || id.size() > longest_id) return broken("the answer has an upload without an id");
    return id;
}

std::variant<completed, not_completed, failure> parse_completed(std::string document, std::string_view const root) {
    document = without_leading_space(std::move(document));
    if (document.empty()) return broken("the answer is empty, so nothing says that the object is there");
    result<codec::xml_document> const parsed = codec::xml_document::parse(document, completed_limit);
    if (!parsed) return parsed.error();
    if (parsed->root().name() == "Error") return not_completed{std::move(document)};
    std::string etag = parsed->root().text_of("ETag");
    if (parsed->root().name() != root || etag.empty()) return broken("the answer names no ETag, so nothing says that the object is there");
    return completed{store::quoted_etag(etag)};
}

std::string etag_of_parts(std::span<sent_part const> const parts) {
    std::vector<std::byte> digests;
    for (sent_part const& part : parts) {
        if (!add_md5(digests, part.etag)) return {};
    }
    return '"' + base::hex(base::md5(digests)) + '-' + std::to_string(parts.size()) + '"';
}

result<void> check_sizes(std::span<written_part const> const parts) {
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (parts[i].size >= min_part) continue;
        return failure(errc::invalid_argument, "part " + std::to_string(parts[i].where.number) + " has " + std::to_string(parts[i].size) +
                                                   " bytes; all but the last must have " + std::to_string(min_part) + " at least");
    }
    return {};
}

}  // namespace sluice::inline v0::s3
