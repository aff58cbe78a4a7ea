// What the Azure-shaped service does with blobs.
#include "testing/azure_desk.hpp"
#include "testing/digest.hpp"
#include "testing/http_reader.hpp"
#include "testing/s3_conditions.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::uint64_t checked_range = 4u << 20;

/// Of what a write says beside the bytes what a read gives back.
header_list kept_headers(service_request const& request, bool const metadata_only = false) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> names{{{"x-ms-blob-content-type", "Content-Type"},
                                                                                  {"x-ms-blob-content-encoding", "Content-Encoding"},
                                                                                  {"x-ms-blob-content-language", "Content-Language"},
                                                                                  {"x-ms-blob-content-disposition", "Content-Disposition"},
                                                                                  {"x-ms-blob-cache-control", "Cache-Control"}}};
    header_list kept;
    bool typed = metadata_only;
    for (auto const& [field, value] : request.raw.headers) {
        if (same_name(std::string_view(field).substr(0, 10), "x-ms-meta-")) kept.emplace_back(field, value);
        if (metadata_only) continue;
        for (auto const& [sent, told] : names)
            if (same_name(field, sent)) kept.emplace_back(told, value);
        if (same_name(field, "x-ms-access-tier")) kept.emplace_back("x-ms-access-tier", value);
        typed = typed || same_name(field, "x-ms-blob-content-type");
    }
    if (!typed) kept.emplace_back("Content-Type", "application/octet-stream");
    return kept;
}

bool is_metadata(std::pair<std::string, std::string> const& header) {
    return same_name(std::string_view(header.first).substr(0, 10), "x-ms-meta-");
}

/// Those of a write: create only and compare-and-swap; `current` may be null.
void check_write_conditions(service_request const& request, s3_object const* const current) {
    std::string const* const match = request.find_header("if-match");
    std::string const* const none_match = request.find_header("if-none-match");
    if (none_match != nullptr) {
        if (*none_match != "*") throw refusal("If-None-Match of a write must be *", "InvalidHeaderValue");
        if (current != nullptr) throw service_problem(409, "BlobAlreadyExists", "The specified blob already exists.");
    }
    if (match == nullptr) return;
    bool const holds = current != nullptr && (*match == "*" || *match == current->etag);
    if (!holds) throw service_problem(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");
}

void tell(service_reply& reply, s3_object const& object) {
    reply.headers.emplace_back("ETag", object.etag);
    reply.headers.emplace_back("Last-Modified", http_date(object.modified));
}

}  // namespace

s3_object azure_desk::find(call const& one) const {
    auto object = blobs.find(one.target.container, one.target.blob);
    if (!object) throw service_problem(404, "BlobNotFound", "The specified blob does not exist.");
    return *std::move(object);
}

void azure_desk::write(call const& one, s3_object object) {
    blobs.put(one.target.container, one.target.blob, std::move(object),
              [&](s3_object const* current) { check_write_conditions(one.request, current); });
}

service_reply azure_desk::read(call const& one) {
    s3_object const object = find(one);
    if (one.request.has_parameter("snapshot") || one.request.has_parameter("versionid"))
        throw service_problem(404, "BlobNotFound", "This service keeps no versions.");
    try {
        check_read_conditions(one.request, object);
    } catch (service_problem& problem) {
        problem.code = "ConditionNotMet";
        problem.elements.clear();
        throw;
    }
    service_reply reply;
    reply.object = object.data;
    reply.length = object.data->size();
    std::string range = one.header("x-ms-range");
    if (range.empty()) range = one.header("range");
    if (range.starts_with("bytes=-")) throw refusal("a range that counts from the end", "InvalidHeaderValue");
    bool const part = !range.empty() && !one.fault.ignore_range && one.request.is("GET");
    if (part) {
        auto const wanted = parse_range(range, object.data->size());
        if (!wanted) {
            service_problem outside(416, "InvalidRange", "The range specified is invalid for the current size of the resource.");
            outside.headers.emplace_back("Content-Range", "bytes */" + std::to_string(object.data->size()));
            throw outside;
        }
        cut_to(reply, one.fault.shift_range == 0 ? *wanted : shifted(*wanted, one.fault.shift_range, object.data->size()));
    }
    if (one.request.find_header("x-ms-range-get-content-crc64") != nullptr) {
        if (range.empty() || reply.length > checked_range) throw refusal("a checksum of no small range", "InvalidHeaderValue");
        reply.headers.emplace_back("x-ms-content-crc64", azure_crc64(reply.content()));
    }
    tell(reply, object);
    for (auto const& [name, value] : object.headers) reply.headers.emplace_back(name, value);
    for (auto const& [name, value] : object.checksums) reply.headers.emplace_back(part ? "x-ms-blob-content-md5" : name, value);
    reply.headers.emplace_back("x-ms-blob-type", "BlockBlob");
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    std::lock_guard const lock(mutex_);
    for (auto& [name, value] : reply.headers) {
        if (name != "x-ms-copy-id") continue;
        auto const left = pending_.find(value);
        bool const pending = left != pending_.end() && left->second > 0;
        if (pending) --left->second;
        reply.headers.emplace_back("x-ms-copy-status", pending ? "pending" : "success");
        break;
    }
    return reply;
}

service_reply azure_desk::put_blob(call const& one) {
    if (one.header("x-ms-blob-type") != "BlockBlob") throw refusal("no x-ms-blob-type, or another than BlockBlob", "InvalidHeaderValue");
    service_reply reply;
    reply.status = 201;
    header_list const proofs = checked_proofs(one.request);
    s3_object object = make(std::move(one.request.raw.body));
    object.headers = kept_headers(one.request);
    for (auto const& proof : proofs) {
        if (proof.first == "Content-MD5") object.checksums.push_back(proof);
        reply.headers.push_back(proof);
    }
    tell(reply, object);
    write(one, std::move(object));
    blocks.forget(one.place());
    return reply;
}

service_reply azure_desk::put_block(call const& one) {
    std::string const id = one.parameter("blockid");
    auto const plain = from_base64(id);
    if (!plain || plain->empty() || plain->size() > 64) throw refusal("a block id that is none: " + id, "InvalidQueryParameterValue");
    if (one.request.raw.body.empty()) throw refusal("a block without bytes", "InvalidHeaderValue");
    service_reply reply;
    reply.status = 201;
    reply.headers = checked_proofs(one.request);
    blocks.put(one.place(), id, std::move(one.request.raw.body));
    return reply;
}

service_reply azure_desk::commit(call const& one) {
    checked_proofs(one.request);
    auto const current = blobs.find(one.target.container, one.target.blob);
    check_write_conditions(one.request, current ? &*current : nullptr);
    s3_object object = make(blocks.commit(one.place(), parse_azure_block_list(one.request.raw.body)));
    object.headers = kept_headers(one.request);
    service_reply reply;
    reply.status = 201;
    tell(reply, object);
    write(one, std::move(object));
    return reply;
}

service_reply azure_desk::list_blocks(call const& one) const {
    auto const fresh = blocks.uncommitted(one.place());
    if (fresh.empty() && !blobs.find(one.target.container, one.target.blob))
        throw service_problem(404, "BlobNotFound", "The specified blob does not exist.");
    std::string xml;
    for (auto const& [id, size] : fresh) xml += "<Block><Name>" + id + "</Name><Size>" + std::to_string(size) + "</Size></Block>";
    service_reply reply;
    reply.headers.emplace_back("Content-Type", "application/xml");
    reply.body =
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><UncommittedBlocks>" + xml + "</UncommittedBlocks></BlockList>";
    return reply;
}

service_reply azure_desk::copy(call const& one) {
    std::string source = one.header("x-ms-copy-source");
    std::string const mine = '/' + options.account + '/';
    auto const at = source.find("://");
    auto const path = at == source.npos ? source.npos : source.find('/', at + 3);
    if (path == source.npos || !source.substr(path).starts_with(mine)) throw refusal("a copy from elsewhere", "InvalidHeaderValue");
    source = source.substr(path + mine.size());
    source = source.substr(0, source.find('?'));
    auto const slash = source.find('/');
    auto const key = percent_decode(source.substr(std::min(slash + 1, source.size())));
    auto const from = key ? blobs.find(source.substr(0, slash), *key) : std::nullopt;
    if (!from) throw service_problem(404, "CannotVerifyCopySource", "The specified blob does not exist.");
    std::string const wanted = one.header("x-ms-source-if-match");
    if (!wanted.empty() && wanted != from->etag)
        throw service_problem(412, "SourceConditionNotMet", "The source condition specified using HTTP conditional header(s) is not met.");
    s3_object object = make(*from->data);
    header_list const given = kept_headers(one.request, true);
    for (auto const& header : from->headers) {
        if (header.first.starts_with("x-ms-copy-")) continue;
        if (!is_metadata(header) || given.empty()) object.headers.push_back(header);
    }
    object.headers.insert(object.headers.end(), given.begin(), given.end());
    object.checksums = from->checksums;
    std::string const id = object.etag.substr(1, object.etag.size() - 2);
    object.headers.emplace_back("x-ms-copy-id", id);
    object.headers.emplace_back("x-ms-copy-source", one.header("x-ms-copy-source"));
    service_reply reply;
    reply.status = 202;
    tell(reply, object);
    reply.headers.emplace_back("x-ms-copy-id", id);
    reply.headers.emplace_back("x-ms-copy-status", options.copy_polls > 0 ? "pending" : "success");
    write(one, std::move(object));
    blocks.forget(one.place());
    std::lock_guard const lock(mutex_);
    if (options.copy_polls > 0) pending_[id] = options.copy_polls - 1;
    return reply;
}

service_reply azure_desk::set_attributes(call const& one, bool const metadata) {
    s3_object object = find(one);
    std::erase_if(object.headers, [&](auto const& h) { return !h.first.starts_with("x-ms-copy-") && is_metadata(h) == metadata; });
    for (auto const& header : kept_headers(one.request, metadata))
        if (is_metadata(header) == metadata) object.headers.push_back(header);
    object.etag = next_etag();
    object.modified = now();
    service_reply reply;
    tell(reply, object);
    write(one, std::move(object));
    return reply;
}

service_reply azure_desk::remove(call const& one) {
    find(one);
    blobs.erase(one.target.container, one.target.blob, [&](s3_object const* current) { check_write_conditions(one.request, current); });
    blocks.forget(one.place());
    service_reply reply;
    reply.status = 202;
    return reply;
}

}  // namespace sluice::inline v0::testing
