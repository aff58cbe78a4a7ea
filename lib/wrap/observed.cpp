#include "async/clock.hpp"
#include "wrap/around.hpp"

#include <sluice/wrap/observed.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace wrap {

namespace {

errc reason_of(std::exception_ptr const& why) {
    try {
        std::rethrow_exception(why);
    } catch (error const& e) {
        return e.reason();
    } catch (boost::system::system_error const& e) {
        return e.code() == boost::asio::error::operation_aborted ? errc::cancelled : errc::io;
    } catch (std::exception const&) {
        return errc::io;  // not of a store: of the caller's own payload source, say
    }
}

class watcher final : public interceptor {
public:
    explicit watcher(observer tell) : tell_(std::make_shared<observer const>(std::move(tell))) {}

    awaitable<std::unique_ptr<visit>> enter(call what) override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        co_return std::make_unique<watched>(tell_, std::move(what), async::clock::of(executor));
    }

    void equip(call const& what, call_options& options) override {
        options.on_attempt = [tell = tell_, name = what.name, uri = what.uri, then = std::move(options.on_attempt)](attempt const& one) {
            observation seen;
            seen.operation = name;
            seen.uri = uri;
            seen.attempt = one.number;
            seen.status = one.status;
            seen.failed = one.failed;
            seen.elapsed = one.elapsed;
            (*tell)(seen);
            if (then) then(one);
        };
    }

private:
    class watched final : public visit {
    public:
        watched(std::shared_ptr<observer const> tell, call what, async::clock& clock)
            : tell_(std::move(tell)),
              what_(std::move(what)),
              clock_(clock),
              began_(clock.now()) {}

        void succeeded(std::uint64_t bytes) override { told(std::nullopt, bytes); }
        void failed(std::exception_ptr const& why) override { told(reason_of(why), 0); }

    private:
        void told(std::optional<errc> failed, std::uint64_t bytes) const {
            observation seen;
            seen.operation = what_.name;
            seen.uri = what_.uri;
            seen.failed = failed;
            seen.bytes = bytes;
            seen.elapsed = clock_.now() - began_;
            (*tell_)(seen);
        }

        std::shared_ptr<observer const> tell_;
        call what_;
        async::clock& clock_;
        async::time_point began_;
    };

    std::shared_ptr<observer const> tell_;
};

}  // namespace

}  // namespace wrap

std::shared_ptr<object_store> make_observed(std::shared_ptr<object_store> inner, observer tell) {
    if (!tell) return inner;
    return wrap::make_around(std::move(inner), std::make_shared<wrap::watcher>(std::move(tell)));
}

}  // namespace sluice::inline v0
