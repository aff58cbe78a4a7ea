#pragma once

#include "uring/request.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include <linux/openat2.h>

#include <optional>

namespace sluice::inline v0::uring {

/// One call on its way through the ring, and the coroutine that waits for it. Its address is what the kernel gives back, so it is
/// used again only when the kernel owes nothing that names it.
struct operation {
    using completion =
        boost::asio::async_result<boost::asio::use_awaitable_t<>, void(boost::system::error_code, std::int32_t)>::handler_type;
    enum class phase : std::uint8_t {
        queued,    ///< not yet handed over
        flying,    ///< the kernel has it
        finished,  ///< its coroutine is about to be resumed
        idle,      ///< nobody's
    };
    using hook = boost::intrusive::list_member_hook<>;

    void begin(request const& r, completion&& c, boost::asio::any_io_executor&& e, bool here) {
        what = r;
        waiting.emplace(std::move(c));
        executor = std::move(e);
        resume_here = here;
        answered = cancel_wanted = cancel_queued = aborted = false;
        owed = 0;
        tries = 1;
        now = phase::queued;
    }

    request what = request::close(-1);
    open_how how{};
    std::optional<completion> waiting;
    boost::asio::any_io_executor executor;  // empty when resume_here
    phase now = phase::idle;
    bool resume_here = false;    // nothing runs side by side on its executor, which is the ring's: no post needed
    bool cancel_wanted = false;  // by its coroutine
    bool cancel_queued = false;  // not yet handed over
    bool answered = false;       // its own completion has come
    bool aborted = false;        // ends as operation_aborted
    unsigned owed = 0;           // completions the kernel owes: its own, and that of its cancel
    unsigned tries = 1;
    std::int32_t answer = 0;
    hook place;         // in the list of its phase
    hook cancel_place;  // while cancel_queued

    using list = boost::intrusive::list<operation, boost::intrusive::member_hook<operation, hook, &operation::place>,
                                        boost::intrusive::constant_time_size<false>>;
    using cancel_list = boost::intrusive::list<operation, boost::intrusive::member_hook<operation, hook, &operation::cancel_place>,
                                               boost::intrusive::constant_time_size<false>>;
};

}  // namespace sluice::inline v0::uring
