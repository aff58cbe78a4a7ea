#include "backend/s3/body_proof.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

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
    cloud::body_sums sums(algorithm_, sign_);
    for (bytes const& piece : data.pieces()) sums.update(piece.view());
    sums.finish();
    checksum_ = sums.checksum();
    payload_hash_ = sums.payload_hash();
}

awaitable<void> body_proof::read() {
    cloud::body_sums sums(algorithm_, sign_);
    co_await cloud::sum_source(source_.get(), &sums);
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
