#pragma once

#include "testing/service_message.hpp"

#include <sluice/testing/service.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// A service without its connections and threads: whole requests come, replies go back as values. Derived classes are the services.
///
/// Threads: all members from any thread.
class service_desk {
public:
    explicit service_desk(std::function<unix_seconds()> time) : time_(std::move(time)) {}
    service_desk(service_desk const&) = delete;
    service_desk& operator=(service_desk const&) = delete;
    virtual ~service_desk() = default;

    /// The reply to `raw`, with whatever fault is to be done. Never throws but for memory.
    scripted_reply serve(received_request raw);

    void on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide);
    service_counts counts() const;
    void reset_counts();

protected:
    unix_seconds now() const { return time_(); }

    /// Bucket and key of what is well-formed so far. Throws service_problem.
    virtual void look(service_request const& request, service_request_view& view) = 0;
    /// Whether who asks may do so: comes before a fault's status. Throws service_problem.
    virtual void check(service_request const& request) = 0;
    /// Throws service_problem.
    virtual service_reply work(service_request& request, service_fault const& fault) = 0;
    virtual service_reply document(service_problem const& problem, std::string_view request_id) = 0;
    /// Which header tells a request's id.
    virtual std::string id_header() const = 0;

    /// What the test wants done to it.
    service_fault ask(service_request const& request);
    /// Counts a refusal.
    void note(received_request const& raw, service_problem const& problem);

private:
    service_reply answer(service_request& request, service_fault* fault, std::string const& id);
    scripted_reply finish(received_request const& raw, service_reply reply, service_fault const& fault, std::string const& id) const;
    std::string count(received_request const& raw);

    std::function<unix_seconds()> time_;
    mutable std::mutex mutex_;  // guards the rest
    service_counts counted_;
    std::uint64_t last_id_ = 0;
    std::shared_ptr<std::function<std::optional<service_fault>(service_request_view const&)>> decide_;  // one, whatever it remembers
};

/// Whether the headers are sound, and say where the body ends. Throws service_problem.
void check_framing(received_request const& raw);
/// Takes target and query apart into `request`: each parameter once, percent-encoded. Throws service_problem.
void parse_target(service_request& request);

}  // namespace sluice::inline v0::testing
