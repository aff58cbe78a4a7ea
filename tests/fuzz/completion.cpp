// Uploads in parts: a good answer is told from a bad one; and the service reads the list of parts that was written.
#include "input.hpp"

#include "backend/s3/multipart.hpp"
#include "testing/s3_operations.hpp"

using namespace sluice;

namespace {

void read_completed(std::string const& document, std::string_view const root) {
    auto const said = s3::parse_completed(document, root);
    if (auto const* const yes = std::get_if<s3::completed>(&said)) {
        fuzz::must(yes->etag.size() > 1 || yes->etag == "*", "what is there has an ETag");
        fuzz::must(document.find(root) != document.npos && document.find("ETag") != document.npos, "only the right document is success");
    } else if (auto const* const no = std::get_if<s3::not_completed>(&said)) {
        fuzz::must(document.find(no->document) != document.npos && no->document.find("Error") != no->document.npos, "an error, as it came");
    } else {
        fuzz::must(std::get<failure>(said).reason() == errc::protocol, "else nothing is known");
    }
}

/// The parts in the lines: number, ETag.
void write_and_read(fuzz::input in) {
    std::vector<s3::sent_part> parts;
    for (s3::sent_part part; !in.empty() && parts.size() < 50; parts.push_back(part)) {
        part.number = static_cast<std::uint32_t>(in.number(9'999) + 1);
        part.etag = in.line();
        bool const possible = !part.etag.starts_with(' ') && testing::is_utf8(part.etag) &&
                              std::ranges::none_of(part.etag, [](char c) { return c >= 0 && c < ' '; });
        if (!possible) part.etag = "\"e\"";
    }
    if (parts.empty()) return;
    auto const r = s3::complete_recipe("key", "an id", parts, {}, etag_form::quoted);
    fuzz::must(r.has_value() && r->body.pieces().size() == 1, "a request with a document");
    auto const named = testing::parse_part_list(r->body.pieces().front().text());
    fuzz::must(named.size() == parts.size(), "every part is named");
    for (std::size_t i = 0; i < parts.size(); ++i)
        fuzz::must(named[i].number == parts[i].number && named[i].etag == parts[i].etag, "as it was sent");
    std::string const whole = s3::etag_of_parts(parts);
    fuzz::must(whole.empty() || whole.ends_with('-' + std::to_string(parts.size()) + '"'), "an ETag of all parts");
}

}  // namespace

void fuzz::run(input in) {
    write_and_read(in);
    std::string const document(in.rest());
    for (char const* const root : {"CompleteMultipartUploadResult", "CopyObjectResult", "CopyPartResult"}) read_completed(document, root);
    auto const id = s3::parse_begun(document);
    must(!id || (!id->empty() && id->size() <= 1024), "an upload has an id");
}
