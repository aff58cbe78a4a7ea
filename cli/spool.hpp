#pragma once

#include "standard_stream.hpp"

#include <sluice/bytes.hpp>
#include <sluice/operations.hpp>

#include <cstdint>

namespace sluice::inline v0::cli {

/// A file without a name in $TMPDIR (or /var/tmp) for bytes whose number must be known before they are sent.
///
/// Lifetime: nothing is left behind, however the process ends.
class spool final : public payload_source {
public:
    spool();
    ~spool() override;
    spool(spool const&) = delete;
    spool& operator=(spool const&) = delete;

    /// Takes everything that comes. Errors: io, no_space.
    awaitable<void> fill(standard_stream* from);

    std::uint64_t size() const noexcept override { return size_; }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override;

    /// From now on `report` is told how far it has been read.
    void watch(progress report) { report_ = std::move(report); }

private:
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    progress report_;
};

}  // namespace sluice::inline v0::cli
