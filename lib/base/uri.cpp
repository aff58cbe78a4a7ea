#include <sluice/uri.hpp>

#include <algorithm>

namespace sluice::inline v0 {

namespace {

bool bucket_character(char const c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':' ||
           c == '$';
}

}  // namespace

std::string uri::text() const {
    if (scheme == "file" || scheme == "direct") return scheme + "://" + key;
    if (!host.empty()) return "abfss://" + bucket + '@' + host + '/' + key;
    return scheme + "://" + bucket + '/' + key;
}

result<uri> parse_uri(std::string_view const text) {
    if (text.empty()) return failure(errc::invalid_argument, "an empty URI; write s3://bucket/key");
    if (std::ranges::any_of(text, [](char c) { return c == '\0'; })) return failure(errc::invalid_argument, "a NUL byte in a URI");

    uri parsed;
    std::size_t const colon = text.find("://");
    if (colon == std::string_view::npos) {
        parsed.scheme = "file";
        parsed.key = text;
        return parsed;
    }
    parsed.scheme = text.substr(0, colon);
    std::ranges::transform(parsed.scheme, parsed.scheme.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::string_view const rest = text.substr(colon + 3);
    if (parsed.scheme == "file" || parsed.scheme == "direct") {
        if (!rest.starts_with('/'))
            return failure(errc::invalid_argument, parsed.scheme + ":// wants an absolute path: " + parsed.scheme + ":///folder/name");
        parsed.key = rest;
        return parsed;
    }
    if (parsed.scheme == "https" || parsed.scheme == "http")
        return failure(errc::invalid_argument, parsed.scheme + ":// names no bucket or folder: it is for presigned URLs of one object");
    bool const of_data_lake = parsed.scheme == "abfs" || parsed.scheme == "abfss";
    if (of_data_lake) parsed.scheme = "az";
    if (parsed.scheme == "gcs") parsed.scheme = "gs";
    if (parsed.scheme != "s3" && parsed.scheme != "az" && parsed.scheme != "gs" && parsed.scheme != "mem")
        return failure(errc::invalid_argument,
                       "unknown scheme \"" + parsed.scheme + "\"; known are s3, gs, az, abfs, mem, file and direct");

    std::size_t const slash = rest.find('/');
    parsed.bucket = rest.substr(0, slash);
    if (of_data_lake) {
        std::size_t const at = parsed.bucket.find('@');
        if (at == std::string::npos)
            return failure(errc::invalid_argument, "no account in the URI; write abfss://container@account.dfs.core.windows.net/key");
        parsed.host = parsed.bucket.substr(at + 1);
        parsed.bucket.resize(at);
        if (!std::ranges::all_of(parsed.host, bucket_character) || parsed.host.find('.') == std::string::npos)
            return failure(errc::invalid_argument, "no account in the URI; write abfss://container@account.dfs.core.windows.net/key");
    }
    if (slash != std::string_view::npos) parsed.key = rest.substr(slash + 1);
    if (parsed.bucket.empty()) return failure(errc::invalid_argument, "no bucket in the URI; write " + parsed.scheme + "://bucket/key");
    if (!std::ranges::all_of(parsed.bucket, bucket_character) || parsed.bucket.size() > 255)
        return failure(errc::invalid_argument, "a bucket name has letters, digits, '-', '.' and '_' only");
    return parsed;
}

}  // namespace sluice::inline v0
