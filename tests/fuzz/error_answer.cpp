// An answer that is no success: all that is kept of it is bounded and sound, and what becomes of it is one line.
#include "input.hpp"

#include "backend/s3/errors.hpp"
#include "base/utf8.hpp"

using namespace sluice;

namespace {

void check(s3::refusal const& r) {
    fuzz::must(r.code.size() <= 128 && r.message.size() <= 512 && r.request_id.size() <= 128 && r.retry_after.size() <= 128, "bounded");
    fuzz::must(base::valid_utf8(r.code) && base::valid_utf8(r.message), "sound text");
    fuzz::must(r.region.empty() || s3::valid_region(r.region), "a region that may be part of a host name");
    fuzz::must(r.redirect_host.find_first_of("/?#@") == std::string::npos, "of a redirect nothing but the host");
}

}  // namespace

void fuzz::run(input in) {
    http::response_head head;
    head.status = static_cast<int>(100 + in.number(499));
    s3::sent_as as;
    std::uint64_t const how = in.number(15);
    as.region = how & 1 ? "us-east-1" : "";
    as.anonymous = how & 2;
    as.temporary = how & 4;
    as.presigned = how & 8;
    for (std::string_view line = in.line(); !line.empty(); line = in.line()) {
        std::size_t const colon = std::min(line.find(':'), line.size());
        head.headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    }
    s3::refusal const r = s3::read_refusal(head, std::string(in.rest()));
    check(r);
    retry::outcome const row = s3::outcome_of(r, as);
    must(row != retry::outcome::not_sent && row != retry::outcome::lost, "an answer came");
    must(!as.presigned || row != retry::outcome::wrong_region, "nothing of a signed URL can be mended");
    failure const why = s3::failure_of(r, as);
    error const told(why.reason(), why.info());
    must(is_one_line(told.what()) && std::string_view(told.what()).size() < 3000, "one line");
    must(told.reason() != errc::cancelled && told.info().status == head.status, "typed, with its status");
}
