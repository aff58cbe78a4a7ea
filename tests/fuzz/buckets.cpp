// What a service says of buckets.
#include "input.hpp"

#include "backend/s3/bucket.hpp"

using namespace sluice;

void fuzz::run(input in) {
    std::string const document(in.rest());
    if (auto const page = s3::parse_buckets(document))
        for (listed_bucket const& one : page->buckets) must(!one.name.empty(), "a bucket has a name");
    auto const location = s3::parse_location(document);
    must(!location || (!location->empty() && location->size() <= 255), "a location");
    auto const versioning = s3::parse_versioning(document);
    must(location.has_value() + versioning.has_value() + s3::parse_buckets(document).has_value() <= 1, "a document is of one kind");
}
