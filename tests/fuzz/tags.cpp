// Tags: what is written is read by the service, and by us.
#include "input.hpp"

#include "backend/s3/tagging.hpp"
#include "testing/s3_operations.hpp"

using namespace sluice;

void fuzz::run(input in) {
    auto const read = s3::parse_tags(std::string(in.rest()));
    must(read || read.error().reason() == errc::protocol, "a protocol error");
    if (!read || read->empty()) return;
    auto const r = s3::write_tags_recipe("key", {}, *read);
    if (!r) return must(r.error().reason() == errc::invalid_argument, "tags that nobody takes");
    std::string_view const document = r->body.pieces().front().text();
    must(*s3::parse_tags(std::string(document)) == *read, "we read what was written");
    must(testing::parse_tag_list(document) == *read, "the service reads what was written");
}
