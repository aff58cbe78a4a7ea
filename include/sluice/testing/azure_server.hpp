#pragma once

#include <sluice/testing/service.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::inline v0::testing {

/// How the server behaves.
struct SLUICE_API azure_server_options {
    azure_server_options() {}
    std::string account = "devstoreaccount1";
    std::string account_key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    std::vector<std::string> tokens;  ///< bearer tokens that are good
    std::vector<std::string> containers{"container"};
    std::uint32_t page_limit = 5000;       ///< most blobs of one list page, whatever is asked for
    std::chrono::seconds clock_offset{0};  ///< the server's clock against ours; beyond 15 minutes: AuthenticationFailed
    unsigned copy_polls = 0;               ///< so often a copy is told to be pending before it has ended
    std::string certificate_pem, key_pem;  ///< TLS when given
};

/// A server in this process shaped like Azure Blob Storage, stricter than real ones: verifies every SharedKey signature and shared access
/// signature with signers of its own, versions and dates, ranges, conditions, block lists, CRC64 and MD5. Paths begin with the account, as
/// those of emulators. Blobs live in memory.
///
/// Blobs are put whole or in blocks, read, copied (within the account), listed, removed, also in batches, whose requests are verified each;
/// containers made, removed, listed. A header or parameter that an operation does not know is refused with 400 and counted.
///
/// Threads: all members from any thread; one thread per connection serves. Lifetime: stops and joins in the destructor.
class SLUICE_API azure_server {
public:
    explicit azure_server(azure_server_options options = {});
    ~azure_server();
    azure_server(azure_server const&) = delete;
    azure_server& operator=(azure_server const&) = delete;

    std::uint16_t port() const noexcept;
    std::string endpoint() const;  ///< "http://127.0.0.1:PORT/devstoreaccount1"

    /// Called for every well-formed request before it is served, from the threads of the connections, several at once. Also for each of a
    /// batch, whose fault is a status or none.
    void on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide);
    /// Only these bearer tokens are good from now on.
    void accept_tokens(std::vector<std::string> tokens);

    /// Straight into the store, without HTTP; makes the container if need be. Returns the ETag.
    std::string put(std::string container, std::string key, std::string data);
    std::optional<std::string> get(std::string container, std::string key) const;
    std::uint64_t blob_count() const;
    std::uint64_t uncommitted_blocks() const;
    service_counts counts() const;
    void reset_counts();
    std::uint64_t connections_open() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::testing
