#include "async/clock.hpp"
#include "wrap/around.hpp"
#include "wrap/fault_plan.hpp"

#include <sluice/wrap/faulty.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace wrap {

namespace {

[[noreturn]] void fail(errc reason, call const& what, char const* how) {
    throw_error({reason, std::string("a fault made on purpose: ") + how}, what.name, what.uri);
}

class saboteur final : public interceptor {
public:
    explicit saboteur(faulty_options options) : delay_(options.delay), plan_(std::move(options)) {}

    awaitable<std::unique_ptr<visit>> enter(call what) override {
        fault const next = plan_.next(what.name == "read body");
        if (next.slow) {
            boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
            async::clock& clock = async::clock::of(executor);
            co_await clock.sleep_until(async::limit_after(clock.now(), delay_));
        }
        if (next.refused) fail(*next.refused, what, "the call was not made");
        co_return std::make_unique<spoiled>(std::move(what), next.lost);
    }

private:
    class spoiled final : public visit {
    public:
        spoiled(call what, std::optional<errc> lost) : what_(std::move(what)), lost_(lost) {}
        void succeeded(std::uint64_t) override {
            if (lost_) fail(*lost_, what_, "the call was made, its outcome is lost");
        }

    private:
        call what_;
        std::optional<errc> lost_;
    };

    std::chrono::nanoseconds const delay_;
    fault_plan plan_;
};

bool is_rate(double const rate) noexcept { return rate >= 0 && rate <= 1; }

}  // namespace

}  // namespace wrap

faulty_options::faulty_options() : reasons{errc::throttled, errc::timed_out, errc::connection_lost, errc::server} {}

std::shared_ptr<object_store> make_faulty(std::shared_ptr<object_store> inner, faulty_options options) {
    bool const rates =
        wrap::is_rate(options.refused) && wrap::is_rate(options.lost) && wrap::is_rate(options.cut) && wrap::is_rate(options.slow);
    if (!rates || options.reasons.empty())
        throw_error({errc::invalid_argument, "rates are from 0 to 1, and faults need at least one reason"}, "open", inner->uri());
    return wrap::make_around(std::move(inner), std::make_shared<wrap::saboteur>(std::move(options)));
}

}  // namespace sluice::inline v0
