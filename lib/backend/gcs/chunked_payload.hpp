#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0::gcs {

/// The bytes of a put, given out in pieces, any of them again. Those of a source are summed up as they go by for the first time.
class chunked_payload {
public:
    explicit chunked_payload(payload data);

    std::uint64_t size() const noexcept { return data_.size(); }
    /// Bytes [offset, offset + length), which are there.
    payload slice(std::uint64_t offset, std::uint64_t length) const;
    /// The CRC32C of all, as the service writes it, if it is known before anything is sent: of what lies in memory.
    std::string const& known_crc32c() const noexcept { return known_; }
    /// The same once all of a source has gone by; else empty.
    std::string crc32c() const;

    /// How far the front of a source is summed up, and to what; of what lies in memory nothing.
    struct front {
        std::uint64_t size = 0, crc = 0;
        friend bool operator==(front const&, front const&) = default;
    };
    front summed_up() const;
    /// Reads what is not summed up before `end`.
    awaitable<void> sum_up_to(std::uint64_t end) const;

    struct summed;  ///< a source, and what has come of it

private:
    payload data_;
    std::shared_ptr<summed> source_;  // null: in memory
    std::string known_;
};

}  // namespace sluice::inline v0::gcs
