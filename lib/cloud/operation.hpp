#pragma once

#include "cloud/core.hpp"
#include "cloud/refusal.hpp"
#include "http/client.hpp"
#include "retry/retrying.hpp"
#include "store/edge.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::cloud {

/// One public operation on its way: all its requests, however often, share one history, one deadline and one error context. What differs
/// from service to service is asked of the derived class.
///
/// Lifetime: outlives its coroutines; lives in the frame of the operation's outermost one.
class operation : public store::edge {
public:
    /// `name` is a literal; `key` is empty for operations on the whole. `store` outlives it.
    operation(core const& store, boost::asio::any_io_executor executor, std::string_view name, object_key key, retry::operation_kind kind,
              call_options const& options);

    /// After an attempt that failed as `f`: waits and returns nothing when it is to be tried again, else the final failure.
    awaitable<std::optional<failure>> recover(failure f, retry::outcome row);

    /// A request that got no answer on a kept connection is not sent again in silence, but as an attempt: for an operation that must know
    /// whether it may have been applied before.
    void tell_resends() noexcept { how_.replayable = false; }

    /// The service works on bytes it has before it answers.
    void expect_long_work() noexcept { how_.long_work = true; }

    /// The failure that an error document inside a good answer tells, and its row of the retry table.
    failure refused_inside(http::response_head const& head, std::string document, retry::outcome* row);

    unsigned attempts() const noexcept { return attempts_; }
    /// Body bytes came since the last request.
    void progressed() noexcept { tries_.progressed(); }
    /// All is well; `bytes` of data were moved.
    void succeeded(std::uint64_t bytes);

    object_key const& key() const noexcept { return key_; }
    async::clock const& clock() const noexcept { return tries_.clock(); }

    std::string_view name() const override { return name_; }
    std::string uri() const override { return shared_.uri + key_; }
    void describe(error_info& info) const override;

protected:
    ~operation() = default;

    /// Sends the request at hand until a good answer comes; its body is yet to be read. With `once` it is sent once: a failure comes back
    /// as it is, and its row of the retry table there, for `recover`.
    awaitable<result<http::response>> send_request(retry::outcome* once = nullptr);
    /// The same, and the whole of a small body. Sends again when the body breaks off.
    awaitable<result<std::string>> send_request_for_text(std::size_t limit);

    /// Where and how an attempt goes.
    struct outgoing {
        outgoing() {}
        net::origin const* to = nullptr;
        std::string_view host;  ///< for people
        http::request request;
        bool ask_first = false;
    };

    /// Before each attempt: writes `outgoing` for the request at hand, with keys that are valid now.
    virtual awaitable<result<void>> prepare(outgoing* into) = 0;
    /// Whether a status is a good answer to the request at hand.
    virtual bool is_good(int status) const noexcept { return status >= 200 && status < 300; }
    /// Of an answer that is a success by its status.
    virtual result<void> check(http::response_head const& head) = 0;
    /// Reads an answer that is none; it stays the last one until the next attempt.
    virtual refusal& read_refusal(http::response_head const& head, std::string body) = 0;
    /// What that means when it is final, and its row of the retry table.
    virtual failure judge(retry::outcome* row) const = 0;
    /// The attempt got no answer: forget the last refusal, and add to `f` what is known about the place.
    virtual failure unanswered(failure f) = 0;
    /// What fix_clock, follow_region and refresh_credentials want; false when there is nothing to mend.
    virtual awaitable<bool> mend(retry::verdict fix) = 0;
    /// The target of a request, without secrets.
    virtual std::string shown(http::request const& request) const;

    /// By the Date of the service's last refusal; false when that told none.
    bool learn_clock(refusal const& said) const;
    void log_info(std::string_view line) const { shared_.log.write(log_level::info, line); }
    bool logs_info() const noexcept { return shared_.log.at(log_level::info); }

private:
    awaitable<void> take_refusal(http::response* answer);
    void note_question(http::response const& answer) const;
    void tell_attempt(int status, std::optional<errc> failed) const;
    void log_attempt(result<http::response> const& answer) const;
    void log_retry(failure const& f, std::chrono::nanoseconds pause) const;

    core const& shared_;
    std::string_view name_;
    object_key key_;
    retry::retrying tries_;
    std::function<void(attempt const&)> on_attempt_;
    outgoing out_;
    http::send_options how_;
    std::string retry_after_;
    async::time_point sent_at_;
    unsigned attempts_ = 0;
};

}  // namespace sluice::inline v0::cloud
