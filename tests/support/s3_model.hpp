#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// What an S3 answers, as a function: no sockets, no signatures, no time. For stories that are run thousands of times; what the library
/// sends is checked against the strict `testing::s3_server`. Keys need no encoding.
class s3_model {
public:
    std::map<std::string, std::string> objects;
    std::map<std::string, std::string> put_ids;  ///< of objects that a conditional put has written
    std::size_t page_limit = 1000;
    std::vector<std::string> seen;    ///< "GET k", in the order of answers
    std::deque<std::string> instead;  ///< whole answers to the next requests, whatever they ask for

    /// The whole answer to one whole request.
    std::string answer(std::string_view head, std::string_view body);

    static std::string etag_of(std::string_view data);

private:
    struct request;
    std::string read(request const& r) const;
    std::string write(request const& r);
    std::string copy(request const& r);
    std::string remove(request const& r);
    std::string remove_many(request const& r);
    std::string list(request const& r) const;
};

/// The length a request's head announces for its body.
std::size_t body_length(std::string_view head);

}  // namespace sluice::test
