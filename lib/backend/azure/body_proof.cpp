#include "backend/azure/body_proof.hpp"

#include "backend/azure/response.hpp"
#include "cloud/arrival_check.hpp"

#include <utility>

namespace sluice::inline v0::azure {

namespace {

struct written {
    char const* header;
    std::string value;
};

written proof_of(checksum_algorithm const algorithm, cloud::part_checksum const& sum) {
    if (algorithm == checksum_algorithm::crc64nvme) return {"x-ms-content-crc64", crc_in_azures_order(sum.crc)};
    return {"Content-MD5", sum.value};
}

}  // namespace

void add_proof(http::fields& to, std::optional<checksum_algorithm> const algorithm, cloud::part_checksum const& sum) {
    if (!algorithm || sum.value.empty()) return;
    written const proof = proof_of(*algorithm, sum);
    to.add(proof.header, proof.value);
}

awaitable<cloud::part_checksum> checksum_of(payload const* const data, std::optional<checksum_algorithm> const algorithm) {
    if (!algorithm) co_return cloud::part_checksum();
    cloud::body_sums sums(algorithm, false);
    if (data->source()) {
        co_await cloud::sum_source(data->source().get(), &sums);
    } else {
        for (bytes const& piece : data->pieces()) sums.update(piece.view());
        sums.finish();
    }
    co_return sums.checksum();
}

result<void> check_stored(http::fields const& answer, std::optional<checksum_algorithm> const algorithm, cloud::part_checksum const& sent) {
    if (!algorithm || sent.value.empty()) return {};
    written const ours = proof_of(*algorithm, sent);
    std::string_view const theirs = answer.value_or(ours.header);
    if (theirs.empty() || theirs == ours.value) return {};
    return cloud::mismatch(*algorithm, ours.value, theirs, "what was stored is not what was sent");
}

}  // namespace sluice::inline v0::azure
