#pragma once

#include "backend/s3/aws_chunked.hpp"
#include "backend/s3/checksums.hpp"
#include "backend/s3/request.hpp"
#include "cloud/body_sums.hpp"

#include <sluice/bytes.hpp>

#include <memory>
#include <optional>
#include <string>

namespace sluice::inline v0::s3 {

/// What is said of a body for its safe arrival, and where: in its headers, or behind it.
class body_proof {
public:
    /// Of what lies in memory all is computed here. `unread`: a source that is not signed goes without a checksum if that cannot be sent
    /// behind it.
    enum class source_policy : std::uint8_t { read, unread };
    body_proof(payload const& data, checksum_rules const& rules, source_policy policy);

    /// The body is a source that has to be read for it before it is sent.
    bool must_read() const noexcept { return must_read_; }
    awaitable<void> read();

    /// Adds it to the request, whose body is then coded if need be. Once.
    void attach(recipe& to);

    /// What was sent; of a checksum behind its body, when the body has been sent.
    part_checksum const& checksum() const noexcept { return coded_ ? coded_->checksum() : checksum_; }

private:
    std::shared_ptr<payload_source> source_;  // null: in memory
    std::optional<checksum_algorithm> algorithm_;
    bool sign_ = false;
    bool must_read_ = false;
    part_checksum checksum_;
    std::string payload_hash_;
    std::shared_ptr<aws_chunked_source> coded_;
};

}  // namespace sluice::inline v0::s3
