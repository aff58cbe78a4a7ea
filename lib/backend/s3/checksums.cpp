#include "backend/s3/checksums.hpp"

#include "cloud/arrival_check.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

struct names {
    checksum_algorithm algorithm;
    std::string_view header, element;
};

// In the order in which they are believed when a service tells several.
constexpr std::array<names, 5> all_names{{
    {checksum_algorithm::crc64nvme, "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME"},
    {checksum_algorithm::crc32c, "x-amz-checksum-crc32c", "ChecksumCRC32C"},
    {checksum_algorithm::crc32, "x-amz-checksum-crc32", "ChecksumCRC32"},
    {checksum_algorithm::sha256, "x-amz-checksum-sha256", "ChecksumSHA256"},
    {checksum_algorithm::sha1, "x-amz-checksum-sha1", "ChecksumSHA1"},
}};

names const& names_of(checksum_algorithm const algorithm) noexcept {
    for (names const& one : all_names)
        if (one.algorithm == algorithm) return one;
    return all_names.front();
}

}  // namespace

checksum_rules rules_of(checksum_mode writes, checksum_mode reads, checksum_algorithm const algorithm, bool const on_aws) noexcept {
    checksum_mode const otherwise = on_aws ? checksum_mode::when_supported : checksum_mode::when_required;
    if (writes == checksum_mode::automatic) writes = otherwise;
    if (reads == checksum_mode::automatic) reads = otherwise;
    checksum_rules rules;
    if (writes == checksum_mode::when_supported) rules.send = algorithm;
    rules.ask = reads == checksum_mode::when_supported;
    rules.check = reads != checksum_mode::off;
    return rules;
}

checksum_rules rules_of(s3_settings const& settings, bool const on_aws) noexcept {
    checksum_rules rules = rules_of(settings.write_checksums, settings.read_checksums, settings.checksum, on_aws);
    rules.behind =
        settings.source_checksums == checksum_place::behind_body || (settings.source_checksums == checksum_place::automatic && on_aws);
    rules.sign = settings.signing == payload_signing::signed_payload && settings.credentials;
    return rules;
}

std::string_view checksum_header(checksum_algorithm const algorithm) noexcept { return names_of(algorithm).header; }
std::string_view checksum_element(checksum_algorithm const algorithm) noexcept { return names_of(algorithm).element; }

std::optional<object_checksum> told_checksum(http::fields const& headers) {
    if (http::equal_ignoring_case(headers.value_or("x-amz-checksum-type"), "COMPOSITE")) return std::nullopt;
    for (names const& one : all_names) {
        auto const value = headers.find(one.header);
        if (!value || value->empty() || value->find('-') != value->npos) continue;
        return object_checksum(one.algorithm, std::string(*value));
    }
    return std::nullopt;
}

std::optional<object_checksum> combined(checksum_algorithm const algorithm, std::span<part_checksum const> const parts) {
    auto const kind = base::crc_of(algorithm);
    if (!kind) return std::nullopt;
    std::uint64_t crc = 0;
    for (part_checksum const& part : parts) crc = base::crc_combine(*kind, crc, part.crc, part.size);
    return object_checksum(algorithm, base::crc_text(*kind, crc));
}

result<void> check_stored(http::fields const& answer, checksum_algorithm const algorithm, std::string_view const sent) {
    std::string_view const told = answer.value_or(checksum_header(algorithm));
    if (told.empty() || told == sent || told.find('-') != told.npos) return {};
    return cloud::mismatch(algorithm, sent, told, "what was stored is not what was sent");
}

}  // namespace sluice::inline v0::s3
