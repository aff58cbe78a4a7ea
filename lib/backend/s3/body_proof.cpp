#include "backend/s3/body_proof.hpp"

#include "base/hash.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::size_t read_at_once = 256 * 1024;
constexpr std::size_t summed_at_once = 64 * 1024;  // stays in the cache from one sum to the other

/// The headers with another Content-Encoding in front of the object's own. The service stores what is left of it.
http::fields coded_headers(http::fields const& headers) {
    http::fields coded;
    std::string encoding = "aws-chunked";
    for (std::size_t i = 0; i < headers.size(); ++i) {
        http::fields::view const one = headers[i];
        if (http::equal_ignoring_case(one.name, "Content-Encoding"))
            encoding.append(",").append(one.value);
        else
            coded.add(one.name, one.value);
    }
    coded.add("Content-Encoding", encoding);
    return coded;
}

}  // namespace

body_sums::body_sums(std::optional<checksum_algorithm> const checksum, bool const digest)
    : shared_(digest && checksum == checksum_algorithm::sha256) {
    if (checksum && !shared_) stream_.emplace(*checksum);
    if (digest) digest_.emplace(base::sha_stream::kind::sha256);
}

void body_sums::update(std::span<std::byte const> data) noexcept {
    checksum_.size += data.size();
    while (!data.empty()) {
        std::size_t const n = stream_ && digest_ ? std::min(summed_at_once, data.size()) : data.size();
        if (stream_) stream_->update(data.first(n));
        if (digest_) digest_->update(data.first(n));
        data = data.subspan(n);
    }
}

void body_sums::finish() {
    if (stream_) {
        checksum_.crc = stream_->crc();
        checksum_.value = stream_->finish();
    }
    if (!digest_) return;
    base::sha256_digest const digest = digest_->finish_sha256();
    payload_hash_ = base::hex(digest);
    if (shared_) checksum_.value = base::base64_encode(digest);
}

body_proof::body_proof(payload const& data, checksum_rules const& rules, source_policy const policy)
    : source_(data.size() > 0 ? data.source() : nullptr),
      algorithm_(rules.send),
      sign_(rules.sign) {
    if (source_ && algorithm_ && rules.behind) {
        coded_ = std::make_shared<aws_chunked_source>(source_, *algorithm_, sign_);
        return;
    }
    must_read_ = source_ && (sign_ || (algorithm_ && policy == source_policy::read));
    if (source_ || (!algorithm_ && !sign_)) return;
    body_sums sums(algorithm_, sign_);
    for (bytes const& piece : data.pieces()) sums.update(piece.view());
    sums.finish();
    checksum_ = sums.checksum();
    payload_hash_ = sums.payload_hash();
}

awaitable<void> body_proof::read() {
    body_sums sums(algorithm_, sign_);
    std::uint64_t const size = source_->size();
    std::vector<std::byte> memory(static_cast<std::size_t>(std::min<std::uint64_t>(read_at_once, size)));
    for (std::uint64_t at = 0; at < size;) {
        std::span<std::byte> const piece =
            std::span(memory).first(static_cast<std::size_t>(std::min<std::uint64_t>(memory.size(), size - at)));
        co_await source_->read(at, piece);
        sums.update(piece);
        at += piece.size();
    }
    sums.finish();
    checksum_ = sums.checksum();
    payload_hash_ = sums.payload_hash();
}

void body_proof::attach(recipe& to) {
    if (coded_) {
        to.headers = coded_headers(to.headers);
        to.headers.add("x-amz-decoded-content-length", std::to_string(coded_->decoded_size()));
        to.headers.add("x-amz-trailer", checksum_header(*algorithm_));
        if (sign_)
            to.signed_chunks = coded_;
        else
            to.payload_hash = unsigned_with_trailer;
        std::shared_ptr<payload_source> body = coded_;
        to.body = payload(std::move(body));
        return;
    }
    if (!checksum_.value.empty()) to.headers.add(checksum_header(*algorithm_), checksum_.value);
    if (!payload_hash_.empty()) to.payload_hash = payload_hash_;
}

}  // namespace sluice::inline v0::s3
