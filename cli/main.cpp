#include "arguments.hpp"
#include "verbs.hpp"

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <variant>

using namespace sluice::cli;

namespace {

struct runner {
    session& at;
    void operator()(ls_options const& o) const { run_ls(at, o); }
    void operator()(cat_options const& o) const { run_cat(at, o); }
    void operator()(stat_options const& o) const { run_stat(at, o); }
    void operator()(cp_options const& o) const { run_cp(at, o); }
    void operator()(rm_options const& o) const { run_rm(at, o); }
    void operator()(uploads_ls_options const& o) const { run_uploads_ls(at, o); }
    void operator()(uploads_abort_options const& o) const { run_uploads_abort(at, o); }
    void operator()(mb_options const& o) const { run_mb(at, o); }
    void operator()(rb_options const& o) const { run_rb(at, o); }
    void operator()(presign_url_options const& o) const { run_presign(at, o); }
    void operator()(doctor_options const& o) const { run_doctor(at, o); }
    void operator()(bench_options const& o) const { run_bench(at, o); }
};

std::size_t threads_of(transfer_options const& transfer) {
    if (transfer.strategy != sluice::read_strategy::sharded) return 1;
    return transfer.threads.value_or(static_cast<std::size_t>(std::max(2l, ::sysconf(_SC_NPROCESSORS_ONLN))));
}

std::size_t threads_of(command const& c) {
    if (auto const* const bench = std::get_if<bench_options>(&c.verb)) return bench->threads;
    if (auto const* const cat = std::get_if<cat_options>(&c.verb)) return threads_of(cat->transfer);
    if (auto const* const cp = std::get_if<cp_options>(&c.verb)) return threads_of(cp->transfer);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::variant<command, parse_end> const parsed = parse_arguments(argc, argv);
    if (auto const* const end = std::get_if<parse_end>(&parsed)) {
        if (end->code == 0) {
            std::fputs(end->text.c_str(), stdout);
        } else {
            say("sluice: " + end->text);
        }
        return end->code;
    }
    auto const& asked = std::get<command>(parsed);
    session at(asked.global, threads_of(asked));
    return at.finish([&] { std::visit(runner{at}, asked.verb); });
}
