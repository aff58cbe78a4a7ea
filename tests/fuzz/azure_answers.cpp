// Answers of Azure that are no success, and what their heads tell of an object: all that is kept is bounded and sound, what becomes of it
// is one line, and no signature is in it. Blob URLs and names of blocks are taken apart or refused.
#include "input.hpp"

#include "backend/azure/blob_url.hpp"
#include "backend/azure/errors.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "base/utf8.hpp"

using namespace sluice;

namespace {

void check_url(std::string_view const text) {
    if (!azure::is_blob_url(text)) return;
    auto const url = azure::parse_blob_url(text);
    if (url) fuzz::must(url->endpoint.ends_with(".blob.core.windows.net"), "a host of Azure's");
}

void check_block(std::string_view const upload, std::uint64_t const n) {
    auto const number = static_cast<std::uint32_t>(n % 99'999);
    auto const place = azure::place_of_block(upload, azure::block_id(upload, number, n));
    fuzz::must(place && place->number == number && place->offset == n, "a name tells its place");
}

}  // namespace

void fuzz::run(input in) {
    http::response_head head;
    head.status = static_cast<int>(100 + in.number(499));
    azure::sent_as as;
    as.how = static_cast<azure::sent_as::by>(in.number(3));
    check_block("0123456789abcdef", in.number(UINT64_MAX));
    for (std::string_view line = in.line(); !line.empty(); line = in.line()) {
        std::size_t const colon = std::min(line.find(':'), line.size());
        head.headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
        check_url(line);
        azure::place_of_block("0123456789abcdef", line);
    }
    object_meta const meta = azure::meta_of("k", head);
    must(meta.attributes.metadata.size() <= head.headers.size(), "no more than was told");
    if (auto const sum = azure::range_checksum(head)) must(sum->value.size() == 12, "a CRC of eight bytes");
    azure::copy_state_of(head);
    cloud::refusal const r = azure::read_refusal(head, std::string(in.rest()));
    must(r.code.size() <= 128 && r.message.size() <= 512 && r.request_id.size() <= 128 && r.retry_after.size() <= 128, "bounded");
    must(r.message.find("sig=") == std::string::npos, "no signature");
    retry::outcome const row = azure::outcome_of(r, as);
    must(row != retry::outcome::not_sent && row != retry::outcome::lost, "an answer came");
    failure const why = azure::failure_of(r, as);
    error const told(why.reason(), why.info());
    must(is_one_line(told.what()) && std::string_view(told.what()).size() < 3000, "one line");
    must(told.reason() != errc::cancelled && told.info().status == head.status, "typed, with its status");
}
