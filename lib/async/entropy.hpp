#pragma once

#include <sluice/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0::async {

/// The seam for chance: one per execution context, seeded by the system. For jitter and names, not for secrets. Threads: any.
class SLUICE_API entropy : public boost::asio::execution_context::service {
public:
    using key_type = entropy;
    static boost::asio::execution_context::id id;
    static entropy& of(boost::asio::any_io_executor const& executor);

    explicit entropy(boost::asio::execution_context& context);
    ~entropy() override;

    /// Makes all that follows a function of `value`: for simulated worlds.
    void seed(std::uint64_t value) noexcept;

    std::uint64_t next() noexcept;
    /// In [0, 1).
    double fraction() noexcept;
    /// 32 hexadecimal digits.
    std::string id_text();

private:
    void shutdown() override {}
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
