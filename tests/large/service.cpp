#include "large/service.hpp"

#include <sluice/azure.hpp>
#include <sluice/gcs.hpp>
#include <sluice/s3.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sluice::large {

using testing::received_request;
using testing::scripted_reply;

namespace {

/// What stands between `begin` and the next `end` behind it, for every `begin`.
std::vector<std::string> all_between(std::string_view text, std::string_view begin, std::string_view end) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
        at += begin.size();
        std::size_t const behind = std::min(text.find(end, at), text.size());
        found.emplace_back(text.substr(at, behind - at));
    }
    return found;
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
    std::vector<std::string> const all = all_between(text, begin, end);
    return all.empty() ? std::string() : all.front();
}

std::string query_value(std::string_view target, std::string_view name) {
    std::string const query = '&' + std::string(target.substr(std::min(target.find('?'), target.size() - 1) + 1)) + '&';
    return between(query, '&' + std::string(name) + '=', "&");
}

/// In the order of the text's offsets, which map and text agree on.
std::string padded(std::uint64_t offset) {
    char text[24];
    std::snprintf(text, sizeof text, "%020llu", static_cast<unsigned long long>(offset));
    return text;
}

/// The service's own name of an object or part: the last piece of the path, as it was sent.
std::string last_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

scripted_reply described(std::string const& name, std::uint64_t size) {
    return scripted_reply::ok("{\"name\":\"" + name + "\",\"size\":\"" + std::to_string(size) +
                              "\",\"generation\":\"1\",\"metageneration\":\"1\",\"etag\":\"e1\"}");
}

}  // namespace

service::service(std::string kind, std::uint64_t size)
    : kind_(std::move(kind)),
      size_(size),
      server_([this](received_request const& request) { return answer(request); }) {
    server_.keep_no_requests();
}

std::shared_ptr<object_store> service::store() const {
    if (kind_ == "azure") {
        azure_settings settings;
        settings.endpoint = server_.endpoint() + "/account";
        settings.account = "account";
        settings.account_key = "c2VjcmV0";
        settings.container = "bucket";
        return make_azure_store(settings);
    }
    if (kind_ == "gcs") {
        gcs_settings settings;
        settings.endpoint = server_.endpoint();
        settings.bucket = "bucket";
        settings.resumable_above = 64 << 20;  // parts grow; each is one request here
        return make_gcs_store(settings);
    }
    s3_settings settings;
    settings.endpoint = server_.endpoint();
    settings.bucket = "bucket";
    settings.credentials = static_credentials(credentials("AKIDEXAMPLE", "secret"));
    return make_s3_store(settings);
}

scripted_reply service::answer(received_request const& request) {
    if (request.method == "GET" || request.method == "HEAD") return read(request);
    if (kind_ == "azure") return azure_write(request);
    return kind_ == "gcs" ? gcs_write(request) : s3_write(request);
}

scripted_reply service::read(received_request const& request) {
    bool const google = kind_ == "gcs", media = request.target.find("alt=media") != std::string::npos;
    if (google && request.target.find("/o?") != std::string::npos && !media) return scripted_reply::ok("{\"kind\":\"storage#objects\"}");
    if (google && !media) return described("large", size_);
    unsigned long long first = 0, last = size_ - 1;
    std::string const range(request.header("Range"));
    if (!range.empty() && std::sscanf(range.c_str(), "bytes=%llu-%llu", &first, &last) < 1) return scripted_reply::status(400);
    last = std::min<unsigned long long>(last, size_ - 1);
    std::string head = range.empty() ? "HTTP/1.1 200 OK\r\n"
                                     : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(first) + '-' +
                                           std::to_string(last) + '/' + std::to_string(size_) + "\r\n";
    head += "ETag: \"e1\"\r\nx-goog-generation: 1\r\nContent-Length: " + std::to_string(last + 1 - first) + "\r\n\r\n";
    scripted_reply reply(std::move(head));
    if (request.method == "HEAD") return reply;
    if (range.empty()) {  // of which the front is taken
        last = front_of_whole - 1;
        reply.close = true;
    }
    std::string data(last + 1 - first, '\0');
    make_up(first, data);
    given_.add(padded(first), summed(data));
    reply.pieces.push_back(std::move(data));
    return reply;
}

scripted_reply service::s3_write(received_request const& request) {
    if (request.method == "PUT") {
        std::string const number = query_value(request.target, "partNumber");
        taken_.add("part " + number, summed(request.body));
        return scripted_reply::ok({}, {{"ETag", "\"p" + number + "\""}});
    }
    if (request.target.find("uploadId=") == std::string::npos)
        return scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>");
    std::vector<std::string> names = all_between(request.body, "<PartNumber>", "</PartNumber>");
    for (std::string& name : names) name = "part " + name;
    std::string const key = last_of(std::string_view(request.target).substr(0, request.target.find('?')));
    if (!taken_.join(names, key)) return scripted_reply::status(400, "<Error><Code>InvalidPart</Code></Error>");
    return scripted_reply::ok("<CompleteMultipartUploadResult><ETag>\"e1\"</ETag></CompleteMultipartUploadResult>");
}

scripted_reply service::azure_write(received_request const& request) {
    std::string const id = query_value(request.target, "blockid");
    if (!id.empty()) {
        taken_.add("block " + id, summed(request.body));
        return scripted_reply::status(201);
    }
    std::vector<std::string> names = all_between(request.body, "<Latest>", "</Latest>");
    for (std::string& name : names) {
        std::string sent;
        for (char const c : name) {  // as it stood in the query
            if (c == '=' || c == '+' || c == '/') {
                sent += c == '=' ? "%3D" : c == '+' ? "%2B" : "%2F";
            } else {
                sent += c;
            }
        }
        name = "block " + sent;
    }
    std::string const key = last_of(std::string_view(request.target).substr(0, request.target.find('?')));
    if (!taken_.join(names, key)) return scripted_reply::status(400);
    return scripted_reply::status(201, {}, {{"ETag", "\"e1\""}});
}

scripted_reply service::gcs_write(received_request const& request) {
    std::string_view const path = std::string_view(request.target).substr(0, request.target.find('?'));
    if (path.starts_with("/upload/")) {
        std::size_t const described_at = request.body.find("\r\n\r\n");
        std::size_t const data = request.body.find("\r\n\r\n", described_at + 4) + 4;
        std::string const line = between(std::string(request.header("Content-Type")) + '"', "boundary=", "\"");
        std::size_t const length = request.body.size() - data - (line.size() + 8);
        std::string const name = between(std::string_view(request.body).substr(0, data), "\"name\":\"", "\"");
        taken_.add(name, summed(std::string_view(request.body).substr(data, length)));
        return described(name, length);
    }
    if (!path.ends_with("/compose")) return scripted_reply::status(204);
    std::vector<std::string> const names = all_between(request.body, "\"name\":\"", "\"");
    std::string key = last_of(path.substr(0, path.size() - 8));
    for (std::size_t at = key.find("%2F"); at != std::string::npos; at = key.find("%2F")) key.replace(at, 3, "/");
    std::optional<piece> const whole = taken_.join(names, key);
    return whole ? described(key, whole->length) : scripted_reply::status(404);
}

}  // namespace sluice::large
