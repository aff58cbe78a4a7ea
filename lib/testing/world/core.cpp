#include "testing/world/core.hpp"

#include <cstdio>

namespace sluice::inline v0::testing {

std::string_view to_string(mishap const what) noexcept {
    switch (what) {
    case mishap::none: return "nothing";
    case mishap::reset: return "a reset";
    case mishap::end: return "an end";
    case mishap::silence: return "silence";
    case mishap::delay: return "a delay";
    case mishap::cancel: return "a cancel";
    case mishap::destroy: return "the context's destruction";
    }
    return "?";
}

mishap world_core::step(world_step::kind const what, std::string_view const where) {
    world_step one;
    one.what = what;
    one.host = where;
    one.number = counts.steps++;
    trace.add(static_cast<std::uint64_t>(what));
    mishap const befalls = decide ? decide(one) : mishap::none;
    if (befalls == mishap::none) return befalls;
    ++counts.mishaps;
    trace.add(static_cast<std::uint64_t>(befalls) << 8);
    tell(where, to_string(befalls), one.number);
    if (befalls != mishap::cancel && befalls != mishap::destroy) return befalls;
    befall_run(befalls);
    return mishap::none;
}

world_core::host& world_core::named(std::string const& name) {
    auto const [at, fresh] = hosts.try_emplace(name);
    if (fresh) at->second.number = static_cast<unsigned>(hosts.size());
    return at->second;
}

service& world_core::place(std::string const& authority) {
    std::size_t const colon = authority.find(':');
    unsigned long const port = colon == std::string::npos ? 80 : std::stoul(authority.substr(colon + 1));
    return named(authority.substr(0, colon)).ports[static_cast<std::uint16_t>(port)];
}

void world_core::tell(std::string_view const where, std::string_view const what, std::uint64_t const number) {
    if (!hear) return;
    char time[32];
    std::snprintf(time, sizeof time, "%.9f ", std::chrono::duration<double>(events->now().time_since_epoch()).count());
    hear(time + std::string(where) + ": " + std::string(what) + " " + std::to_string(number));
}

std::int64_t world_core::wall_nanoseconds() const noexcept {
    return (std::chrono::nanoseconds(options.starts) + events->now().time_since_epoch()).count();
}

async::nanoseconds world_core::some_latency() noexcept {
    return options.latency + std::chrono::nanoseconds(luck.below(static_cast<std::uint64_t>(options.jitter.count()) + 1));
}

}  // namespace sluice::inline v0::testing
