#pragma once

#include "testing/http_reader.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// A server's end of one connection in a world. All of it happens in the order it is called.
class wire_end {
public:
    virtual void send(std::string bytes) = 0;
    virtual void send(std::shared_ptr<std::string const> data, std::size_t first, std::size_t length) = 0;
    virtual void close() = 0;
    virtual void reset() = 0;
    /// Calls `what` when that time has passed, unless the connection is over by then.
    virtual void after(std::chrono::nanoseconds span, std::function<void()> what) = 0;

protected:
    ~wire_end() = default;
};

/// What a server does with one connection.
class conversation {
public:
    virtual ~conversation() = default;
    virtual void received(std::string_view bytes) = 0;
    /// Its bytes on the wire are chance that is not the world's.
    virtual bool is_secret() const noexcept { return false; }
};

/// One that speaks HTTP/1.1: cuts what comes into requests, and gives them out one at a time.
class http_conversation : public conversation {
public:
    explicit http_conversation(wire_end& wire) : wire_(wire) {}
    void received(std::string_view bytes) final;

protected:
    /// The head of `request` has come, its body not. False: it is not to be read on.
    virtual bool on_head(received_request& request) = 0;
    /// `request` is whole. Nothing more is given out before `next`.
    virtual void on_request(received_request& request) = 0;
    virtual void on_nonsense(received_request const& request, std::string const& complaint) = 0;

    /// The answer is on its way; the connection goes on unless the client said otherwise.
    void next();
    bool more_came() const noexcept { return !buffer_.empty(); }
    wire_end& wire() noexcept { return wire_; }

private:
    enum class stage : std::uint8_t { head, body, busy, over };
    void turn();
    bool take_head();
    bool take_body();
    bool nonsense(std::string const& complaint);

    wire_end& wire_;
    stage stage_ = stage::head;
    std::string buffer_;
    received_request request_;
    request_framing framing_;
};

}  // namespace sluice::inline v0::testing
