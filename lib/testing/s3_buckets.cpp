// What is asked of buckets.
#include "testing/s3_checksums.hpp"
#include "testing/s3_operations.hpp"

namespace sluice::inline v0::testing {

s3_reply bucket_location(std::string const& region) {
    constexpr auto name_space = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    // The oldest region has no name here.
    if (region == "us-east-1") return xml_reply(std::string("<LocationConstraint") + name_space + "/>");
    return xml_reply(std::string("<LocationConstraint") + name_space + ">" + xml_escape(region) + "</LocationConstraint>");
}

s3_reply bucket_head(std::string const& region) {
    s3_reply reply;
    reply.headers.emplace_back("x-amz-bucket-region", region);
    return reply;
}

s3_reply make_bucket(s3_request const& request, s3_scene const& scene) {
    std::string const& body = request.raw.body;
    std::string const begin = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>";
    std::string const end = "</LocationConstraint></CreateBucketConfiguration>";
    if (scene.directory) {
        checked_checksums(request);
        if (body != directory_bucket_document(request.bucket))
            throw refusal("The document makes no directory bucket of that name", "MalformedXML");
    } else if (!body.empty() && body != begin + scene.region + end)
        throw s3_problem(400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
    if (!scene.objects.make_bucket(request.bucket))
        throw s3_problem(409, "BucketAlreadyOwnedByYou",
                         "Your previous request to create the named bucket succeeded and you already own it.");
    s3_reply reply;
    reply.headers.emplace_back("Location", '/' + request.bucket);
    return reply;
}

s3_reply remove_bucket(s3_request const& request, s3_scene const& scene) {
    scene.objects.erase_bucket(request.bucket);
    s3_reply reply;
    reply.status = 204;
    return reply;
}

s3_reply list_buckets(s3_scene const& scene) {
    std::string buckets;
    for (std::string const& name : scene.objects.bucket_names())
        buckets += "<Bucket><Name>" + xml_escape(name) + "</Name><CreationDate>" + iso_date(scene.now) + "</CreationDate></Bucket>";
    return xml_reply("<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>1</ID></Owner><Buckets>" +
                     buckets + "</Buckets></ListAllMyBucketsResult>");
}

}  // namespace sluice::inline v0::testing
