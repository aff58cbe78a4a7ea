// What requests to Azure may say, and what is proven by them.
#include "testing/azure_desk.hpp"
#include "testing/digest.hpp"
#include "testing/http_reader.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <initializer_list>

namespace sluice::inline v0::testing {
namespace {

bool among(std::string_view const name, std::initializer_list<std::string_view> const names) {
    return std::ranges::find(names, name) != names.end();
}

bool known_parameter(service_request const& request, azure_target const& target, std::string_view const name) {
    if (is_of_signature(name) && request.has_parameter("sig")) return true;
    std::string const* const comp = request.find_parameter("comp");
    bool const lists = comp != nullptr && *comp == "list";
    if (target.container.empty()) return lists && among(name, {"comp", "prefix", "marker", "maxresults", "include"});
    if (target.blob.empty() && request.is("POST")) return among(name, {"restype", "comp"});
    if (target.blob.empty())
        return name == "restype" || (lists && among(name, {"comp", "prefix", "delimiter", "marker", "maxresults", "include"}));
    if (name == "comp") return true;
    if (comp == nullptr) return request.is("GET") || request.is("HEAD") ? among(name, {"snapshot", "versionid"}) : false;
    return (*comp == "block" && name == "blockid") || (*comp == "blocklist" && name == "blocklisttype") ||
           (*comp == "copy" && name == "copyid");
}

bool known_header(service_request const& request, std::string_view const name) {
    if (!name.starts_with("x-ms-") || among(name, {"x-ms-date", "x-ms-version", "x-ms-client-request-id"})) return true;
    bool const reads = request.is("GET") || request.is("HEAD");
    if (reads) return name == "x-ms-range-get-content-crc64" || name == "x-ms-range";
    if (request.is("DELETE")) return name == "x-ms-delete-snapshots";
    std::string const* const comp = request.find_parameter("comp");
    if (comp != nullptr && *comp == "copy") return name == "x-ms-copy-action";
    if (name == "x-ms-content-crc64") return true;
    if (comp != nullptr && *comp == "block") return false;
    return name.starts_with("x-ms-meta-") || name.starts_with("x-ms-blob-content-") ||
           among(name, {"x-ms-blob-type", "x-ms-blob-cache-control", "x-ms-access-tier", "x-ms-tags", "x-ms-copy-source",
                        "x-ms-source-if-match"});
}

bool is_identifier(std::string_view const name) {
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && letter(name.front()) && std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

void check_azure_words(service_request const& request, azure_target const& target) {
    for (auto const& [name, value] : request.parameters)
        if (!known_parameter(request, target, name)) throw refusal("unknown query parameter: " + name, "InvalidQueryParameterValue");
    constexpr std::string_view meta = "x-ms-meta-";
    for (auto const& [field, value] : request.raw.headers) {
        std::string const name = base::lower(field);
        if (!known_header(request, name)) throw refusal("unknown header: " + name, "UnsupportedHeader");
        if (name.starts_with(meta) && (!is_identifier(std::string_view(name).substr(meta.size())) || value.empty()))
            throw refusal("metadata that is none: " + name, "InvalidMetadata");
    }
}

std::string azure_crc64(std::string_view const data) {
    std::string raw = crc64nvme(data);
    std::ranges::reverse(raw);
    return base64(raw);
}

header_list checked_proofs(service_request const& request) {
    header_list told;
    std::string const& body = request.raw.body;
    std::string const digest = base64(md5(body));
    std::string const* const given_md5 = request.find_header("content-md5");
    std::string const* const given_crc = request.find_header("x-ms-content-crc64");
    if (given_md5 != nullptr && given_crc != nullptr) throw refusal("both MD5 and CRC64", "InvalidHeaderValue");
    if (given_md5 != nullptr) {
        if (!from_base64(*given_md5) || from_base64(*given_md5)->size() != 16) throw refusal("an MD5 that is none", "InvalidMd5");
        if (*given_md5 != digest) throw service_problem(400, "Md5Mismatch", "The MD5 value specified did not match what was received");
    }
    if (given_crc != nullptr) {
        if (*given_crc != azure_crc64(body))
            throw service_problem(400, "Crc64Mismatch", "The CRC64 value specified did not match what was received");
        told.emplace_back("x-ms-content-crc64", *given_crc);
    }
    told.emplace_back("Content-MD5", digest);
    return told;
}

std::vector<std::pair<std::string, std::string>> parse_azure_block_list(std::string_view body) {
    auto const bad = [](char const* why) { return refusal(std::string("a list of blocks ") + why, "InvalidXmlDocument"); };
    std::vector<std::pair<std::string, std::string>> ids;
    auto const take = [&](std::string_view word) {
        if (!body.starts_with(word)) return false;
        body.remove_prefix(word.size());
        return true;
    };
    if (!take("<?xml version=\"1.0\" encoding=\"utf-8\"?>") || !take("<BlockList>")) throw bad("does not begin as one");
    while (!take("</BlockList>")) {
        std::string where;
        for (std::string_view const one : {"Latest", "Committed", "Uncommitted"})
            if (take("<" + std::string(one) + ">")) where = one;
        auto const end = body.find("</" + where + ">");
        if (where.empty() || end == body.npos) throw bad("has something that is no block");
        ids.emplace_back(body.substr(0, end), where);
        body.remove_prefix(end + where.size() + 3);
    }
    if (!body.empty()) throw bad("goes on behind its end");
    if (ids.size() > 50'000) throw refusal("more than 50,000 blocks", "BlockCountExceedsLimit");
    return ids;
}

std::string azure_name(std::string_view const name) {
    auto const fits = [](char c) { return static_cast<unsigned char>(c) >= 0x20; };
    bool const plain = std::ranges::all_of(name, fits) && name.find("\xef\xbf\xbe") == name.npos && name.find("\xef\xbf\xbf") == name.npos;
    if (plain) return "<Name>" + xml_escape(name) + "</Name>";
    return "<Name Encoded=\"true\">" + percent_encode(name) + "</Name>";
}

}  // namespace sluice::inline v0::testing
