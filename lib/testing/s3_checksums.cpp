#include "testing/s3_checksums.hpp"

#include "testing/digest.hpp"
#include "testing/http_reader.hpp"
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <array>

namespace sluice::inline v0::testing {
namespace {

struct algorithm {
    std::string_view word, header, element;
    std::string (*of)(std::string_view);
    bool joins;  ///< those of parts make that of the whole
};

constexpr std::array<algorithm, 5> algorithms{{
    {"CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", crc32, true},
    {"CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", crc32c, true},
    {"CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", crc64nvme, true},
    {"SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", sha1, false},
    {"SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", sha256, false},
}};

algorithm const* by_word(std::string_view const word) {
    auto const found = std::ranges::find(algorithms, word, &algorithm::word);
    return found == algorithms.end() ? nullptr : found;
}

s3_problem bad_digest(std::string_view const header) {
    return refusal("The " + std::string(header) + " you specified did not match what we received.", "BadDigest");
}

std::string find(header_list const& headers, std::string_view const name) {
    auto const found = std::ranges::find_if(headers, [&](auto const& header) { return header.first == name; });
    return found == headers.end() ? std::string() : found->second;
}

}  // namespace

header_list checked_checksums(s3_request const& request) {
    header_list checksums;
    for (algorithm const& one : algorithms) {
        std::string const* const given = request.find_header(one.header);
        if (given == nullptr) continue;
        if (!checksums.empty()) throw refusal("Expecting a single x-amz-checksum- header");
        if (*given != base64(one.of(request.raw.body))) throw bad_digest(one.header);
        checksums.emplace_back(one.header, *given);
    }
    if (!checksums.empty()) checksums.emplace_back("x-amz-checksum-type", "FULL_OBJECT");
    return checksums;
}

bool is_checksum_header(std::string_view const name) noexcept {
    return std::ranges::find(algorithms, name, &algorithm::header) != algorithms.end();
}

std::string upload_algorithm(s3_request const& request) {
    std::string const* const word = request.find_header("x-amz-checksum-algorithm");
    std::string const* const type = request.find_header("x-amz-checksum-type");
    if (word == nullptr) {
        if (type != nullptr) throw refusal("x-amz-checksum-type without an algorithm");
        return {};
    }
    algorithm const* const found = by_word(*word);
    if (found == nullptr) throw refusal("Checksum algorithm provided is unsupported: " + *word);
    if (type == nullptr || *type != (found->joins ? "FULL_OBJECT" : "COMPOSITE"))
        throw refusal("The " + *word + " algorithm goes with the type " + (found->joins ? "FULL_OBJECT" : "COMPOSITE") + " here");
    return *word;
}

void check_part_checksum(s3_open_upload const& open, s3_object const& part) {
    algorithm const* const wanted = by_word(open.algorithm);
    if (wanted == nullptr && part.checksums.empty()) return;
    if (wanted == nullptr || find(part.checksums, wanted->header).empty())
        throw refusal("Checksum Type mismatch occurred, expected checksum Type: " + (open.algorithm.empty() ? "null" : open.algorithm));
}

header_list completed_checksums(s3_request const& request, s3_open_upload const& open, std::vector<s3_named_part> const& named,
                                std::string_view const data) {
    algorithm const* const by = by_word(open.algorithm);
    if (by == nullptr) {
        for (algorithm const& one : algorithms)
            if (request.find_header(one.header) != nullptr) throw refusal("a checksum of an upload that was begun without");
        return {};
    }
    std::string digests;
    for (s3_named_part const& part : named) {
        std::string const stored = find(open.parts.at(part.number).checksums, by->header);
        if (part.checksum_element != by->element || part.checksum != stored)
            throw refusal("part " + std::to_string(part.number) + " has another " + std::string(by->element), "InvalidPart");
        digests += *from_base64(stored);
    }
    std::string const whole = by->joins ? base64(by->of(data)) : base64(by->of(digests)) + '-' + std::to_string(named.size());
    std::string const* const given = request.find_header(by->header);
    bool const good = given != nullptr ? *given == whole : data.empty();  // a client sends none of no bytes
    if (by->joins && !good) throw bad_digest(by->header);
    return {{std::string(by->header), whole}, {"x-amz-checksum-type", by->joins ? "FULL_OBJECT" : "COMPOSITE"}};
}

}  // namespace sluice::inline v0::testing
