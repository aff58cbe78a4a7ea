#include "support/abandon.hpp"

#include "support/sanitized.hpp"
#include "support/telling.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::test {

namespace {

using testing::disk_mishap;
using testing::mishap;

/// All runs of one story.
class campaign {
public:
    explicit campaign(story const& s) : story_(s), every_(s.thinned * every_nth) {}

    void run() {
        counted const all = undisturbed(plan());
        REQUIRE_MESSAGE(all.steps > 5, story_.name);
        disturb_steps(all.steps);
        cancel_at_events(all.events);
        answer_wrongly(all.requests);
        if (story_.files) fail_calls(all.calls);
        if (!story_.large) write_in_bytes();
        prove(all.steps / 2);
        MESSAGE(story_.name << ": " << runs_ << " runs of " << all.steps << " steps, " << all.events << " events, " << all.requests
                            << " requests, " << all.calls << " calls of the disk");
    }

private:
    counted undisturbed(plan const& p) {
        telling one(story_, p);
        ++runs_;
        CHECK_MESSAGE(one.run() == ending::finished, story_.name);
        return one.counts();
    }

    ending once(plan const& p) {
        telling one(story_, p);
        ++runs_;
        return one.run();
    }

    void disturb_steps(std::uint64_t const steps) {
        plan p;
        p.where = plan::place::step;
        for (p.at = 0; p.at < steps; p.at += every_) {
            for (mishap const what : {mishap::reset, mishap::end, mishap::silence, mishap::delay, mishap::cancel, mishap::destroy}) {
                p.what = what;
                once(p);
                p.lasting = true;
                bool const of_network = what != mishap::cancel && what != mishap::destroy;
                if (of_network) once(p);
                p.lasting = false;
            }
            p.what = mishap::cancel;
            p.at_once = true;
            once(p);
            p.at_once = false;
        }
    }

    void cancel_at_events(std::uint64_t const events) {
        plan p;
        p.where = plan::place::event;
        p.what = mishap::cancel;
        for (p.at = 0; p.at < events; p.at += every_)
            for (bool const at_once : {false, true}) {
                p.at_once = at_once;
                once(p);
            }
    }

    void answer_wrongly(std::uint64_t const requests) {
        plan p;
        p.where = plan::place::request;
        std::uint64_t seen = 0;  // of large stories every third answer is enough
        for (p.at = 0; p.at < requests; p.at += every_nth)
            for (wrong_answer const& answer : wrong_answers) {
                if (story_.large && seen++ % 3 != 0) continue;
                p.answer = &answer;
                for (bool const lasting : {false, true}) {
                    p.lasting = lasting;
                    once(p);
                }
            }
    }

    void fail_calls(std::uint64_t const calls) {
        plan p;
        p.where = plan::place::call;
        for (p.at = 0; p.at < calls; p.at += every_)
            for (disk_mishap const what : {disk_mishap::io_error, disk_mishap::no_space, disk_mishap::short_transfer, disk_mishap::delay}) {
                p.call = what;
                once(p);
            }
    }

    /// The library's writes move a byte at a time.
    void write_in_bytes() {
        plan p;
        p.write_limit = 1;
        counted const all = undisturbed(p);
        p.where = plan::place::step;
        p.what = mishap::reset;
        std::uint64_t const some = std::max<std::uint64_t>(all.steps / (sanitized ? 10 : 40), 1);
        for (p.at = 0; p.at < all.steps; p.at += some) once(p);
    }

    /// What has seen no failure proves nothing.
    void prove(std::uint64_t const middle) {
        plan p;
        p.where = plan::place::step;
        p.lasting = true;
        for (mishap const what : {mishap::reset, mishap::end, mishap::silence, mishap::delay}) {
            p.what = what;
            CHECK_MESSAGE(once(p) == ending::failed, story_.name);
        }
        p.lasting = false;
        p.at = middle;
        p.what = mishap::cancel;
        CHECK_MESSAGE(once(p) == ending::failed, story_.name);
        p.what = mishap::destroy;
        CHECK_MESSAGE(once(p) == ending::destroyed, story_.name);
    }

    story const& story_;
    std::uint64_t const every_;
    std::uint64_t runs_ = 0;
};

}  // namespace

std::string scenery::put(std::string key, std::string data) {
    if (azure) return azure->put("container", std::move(key), std::move(data));
    if (gcs) return gcs->put("bucket", std::move(key), std::move(data));
    return s3.put("bucket", std::move(key), std::move(data));
}

std::optional<std::string> scenery::get(std::string key) const {
    if (azure) return azure->get("container", std::move(key));
    if (gcs) return gcs->get("bucket", std::move(key));
    return s3.get("bucket", std::move(key));
}

void scenery::remove(std::string key) {
    if (azure) return azure->remove("container", std::move(key));
    if (gcs) return gcs->remove("bucket", std::move(key));
    s3.remove("bucket", std::move(key));
}

void abandon(story const& s) { campaign(s).run(); }

void throw_refusals(remove_report const& report) {
    if (report.failed.empty()) return;
    error_info info;
    info.operation = "remove";
    info.uri = "s3://bucket/" + report.failed.front().key;
    info.detail = report.failed.front().message;
    throw error(report.failed.front().code == "AccessDenied" ? errc::permission_denied : errc::server, info);
}

}  // namespace sluice::test
