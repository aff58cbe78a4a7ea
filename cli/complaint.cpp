#include "complaint.hpp"

#include "text/printable.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sluice::inline v0::cli {

// CLI11 complains of what is missing before it names what it does not know, mostly a misspelt option.
std::string complaint(CLI::App const& app, CLI::ParseError const& e) {
    std::vector<std::string> const unknown = app.remaining(true);
    auto const option = std::ranges::find_if(unknown, [](std::string const& s) { return s.size() > 1 && s.front() == '-' && s != "--"; });
    bool const no_verb = dynamic_cast<CLI::RequiredError const*>(&e) != nullptr && std::string_view(e.what()).starts_with("A subcommand");
    std::string text = e.what();
    for (std::string const& word : unknown) {  // it may be a presigned URL
        std::size_t const at = is_web_url(word) ? text.find(word) : text.npos;
        if (at != text.npos) text.replace(at, word.size(), without_secrets(word));
    }
    if (option != unknown.end()) {
        text = "there is no option " + *option;
    } else if (no_verb && !unknown.empty()) {
        text = "there is no verb " + without_secrets(unknown.front());
    } else if (no_verb) {
        text = "a verb is required";
    }
    return printable(text) + " (sluice --help tells more)";
}

}  // namespace sluice::inline v0::cli
