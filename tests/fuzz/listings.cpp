// Listings whose pages end with a key and an id: open uploads, versions; and the parts of an upload.
#include "input.hpp"

#include "backend/s3/upload_listing.hpp"
#include "backend/s3/versions.hpp"
#include "base/utf8.hpp"

using namespace sluice;

namespace {

template <class Kind, class Check>
void read(std::string const& document, std::string_view const prefix, Check const check) {
    for (s3::key_form const form : {s3::key_form::plain, s3::key_form::encoded}) {
        auto const page = s3::parse_page<Kind>(document, prefix, form);
        if (!page) {
            fuzz::must(page.error().reason() == errc::protocol, "a protocol error");
            continue;
        }
        fuzz::must(!page->unclear || (form == s3::key_form::encoded && page->entries.empty()), "nothing of a page that is unclear");
        fuzz::must(page->unclear || page->more == !page->next.key.empty(), "where it goes on, if it does");
        for (auto const& one : page->entries) {
            bool const sound = base::valid_utf8(one.key) && one.key.find('\0') == one.key.npos;
            fuzz::must(!one.key.empty() && one.key.starts_with(prefix) && sound, "a sound key below the prefix");
            check(one);
        }
    }
}

/// Going back and standing still are noticed.
void follow(fuzz::input in) {
    s3::listing_progress progress;
    s3::listing_marker next;
    std::vector<std::pair<std::string, std::string>> passed;
    for (; !in.empty(); passed.emplace_back(next.key, next.id)) {
        next.key = in.line();
        next.id = in.line();
        bool const back = !passed.empty() && next.key < passed.back().first;
        bool const again = std::ranges::find(passed, std::pair(next.key, next.id)) != passed.end();
        fuzz::must(progress.advances_to(next) == (!back && !again), "a listing gets on");
        if (back || again) return;
    }
}

}  // namespace

void fuzz::run(input in) {
    auto const after = static_cast<std::uint32_t>(in.number(10'000));
    std::string_view const prefix = in.line();
    follow(in);
    std::string const document(in.rest());
    read<s3::upload_listing>(document, prefix, [](open_upload const& one) { must(!one.id.empty() && one.id.size() <= 1024, "an id"); });
    read<s3::version_listing>(
        document, prefix, [](object_version const& one) { must(!one.version.empty() && (!one.removed || one.size == 0), "a version"); });
    auto const parts = s3::parse_parts(document, after);
    must(!parts || parts->next == 0 || parts->next > after, "the parts go forward");
}
