#pragma once

#include "stream/s3/fixture.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice::test {

inline std::shared_ptr<object_store> checked_store(std::string endpoint, checksum_algorithm algorithm = checksum_algorithm::crc64nvme,
                                                   checksum_mode mode = checksum_mode::when_supported) {
    s3_settings settings = quick_settings(std::move(endpoint));
    settings.write_checksums = settings.read_checksums = mode;
    settings.checksum = algorithm;
    return make_s3_store(std::move(settings));
}

inline std::string data_of(std::size_t size) {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
    return data;
}

/// Does `fault` to the first `times` requests of that method.
inline void spoil(testing::s3_server& server, std::string method, int times, testing::s3_fault fault) {
    auto const left = std::make_shared<std::atomic<int>>(times);
    server.on_request([=](testing::s3_request_view const& r) -> std::optional<testing::s3_fault> {
        return r.method == method && left->fetch_sub(1) > 0 ? std::optional(fault) : std::nullopt;
    });
}

inline testing::s3_fault flipped(std::uint64_t at) {
    testing::s3_fault f;
    f.flip_bit_of = at;
    return f;
}

}  // namespace sluice::test
