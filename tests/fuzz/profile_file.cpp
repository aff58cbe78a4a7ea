// Config and credentials files: what is read and written again is the same; the kind of line end does not matter; no error has a word of
// it.
#include "input.hpp"

#include "auth/profile.hpp"

using namespace sluice;

namespace {

/// Settings below another one stand below it while it has no value.
std::string written(auth::profile_sections const& all) {
    std::string text;
    for (auto const& [header, section] : all) {
        text += "[\"" + header + "\"]\n";
        for (auto const& [name, value] : section) {
            if (name.find('\n') != name.npos) continue;
            text += name + "=\n";
            for (auto const& [inner, of] : section)
                if (inner.starts_with(name + '\n')) text += "  " + inner.substr(name.size() + 1) + '=' + of + '\n';
            if (!value.empty()) text += name + '=' + value + '\n';
        }
    }
    return text;
}

std::string with_cr(std::string const& text) {
    std::string all;
    for (char const c : text) all.append(c == '\n' ? "\r\n" : std::string(1, c));
    return all;
}

void check_error(failure const& why) {
    fuzz::must(why.reason() == errc::invalid_argument && why.info().detail.starts_with("AWS ") && why.info().detail.size() < 300,
               "where it is wrong");
}

}  // namespace

void fuzz::run(input in) {
    std::string const name(in.line());
    std::string const text(in.rest());
    auto const all = auth::parse_profile_file(text, "AWS config file");
    if (all) {
        std::string const again = written(*all);
        auto const second = auth::parse_profile_file(again, "AWS config file");
        must(second.has_value(), "what was written can be read");
        must(*second == *all, "as it was");
        auto const other = auth::parse_profile_file(with_cr(text), "AWS config file");
        must(other && *other == *all, "whatever the line ends");
    } else {
        check_error(all.error());
    }
    std::size_t const half = std::min(text.find("\n--\n"), text.size());
    auto const read = auth::read_profile(text.substr(0, half), text.substr(std::min(half + 4, text.size())), name);
    if (!read) return must(name.size() > 100 || read.error().info().detail.size() < 300, "a short error");
    must(read->keys.access_key.empty() == read->keys.secret_key.empty(), "never half a pair");
    must(read->found || (read->settings.empty() && read->keys.access_key.empty()), "nothing of a profile that is not there");
    must(read->keys_elsewhere.empty() || read->keys.access_key.empty(), "keys from one place");
}
