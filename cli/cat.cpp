#include "standard_stream.hpp"
#include "verbs.hpp"

#include <sluice/range_engine.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

namespace sluice::inline v0::cli {

range_engine_options engine_options(session& at, transfer_options const& transfer) {
    range_engine_options options;
    if (transfer.part_size) options.part_size = options.threshold = *transfer.part_size;
    if (transfer.in_flight) options.parts_in_flight = *transfer.in_flight;
    if (transfer.strategy) options.strategy = *transfer.strategy;
    if (transfer.strategy == read_strategy::sharded) options.contexts = at.loop().executors();
    return options;
}

namespace {

awaitable<void> cat(session* at, cat_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    part_sink const write = [&out](std::uint64_t, bytes part) -> awaitable<void> { co_await out.write(part.view()); };
    for (std::string const& uri : options->uris) {  // the first failure ends it: what follows would stand in the wrong place
        opened const from = at->open_object(uri);
        co_await stream_ranged(from.store, from.key, options->range, write, engine_options(*at, options->transfer));
    }
}

}  // namespace

void run_cat(session& at, cat_options const& options) {
    at.run([&] { return cat(&at, &options); });
}

}  // namespace sluice::inline v0::cli
