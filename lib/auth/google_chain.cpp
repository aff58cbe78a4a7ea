#include "auth/google_chain.hpp"

#include "auth/google_account.hpp"
#include "auth/google_tokens.hpp"
#include "auth/refused.hpp"

#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr char const* key_variable = "GOOGLE_APPLICATION_CREDENTIALS";
constexpr char const* log_in = "run gcloud auth application-default login, or let GOOGLE_APPLICATION_CREDENTIALS name a file";

/// Where gcloud leaves what `gcloud auth application-default login` got; empty: nowhere.
std::string well_known_file(surroundings const& around) {
    std::string folder = around.variable("CLOUDSDK_CONFIG");
    if (folder.empty()) {
        std::string const home = around.variable("HOME");
        if (home.empty()) return {};
        folder = home + "/.config/gcloud";
    }
    return folder + "/application_default_credentials.json";
}

/// Walks from one place to the next.
class chooser {
public:
    chooser(surroundings const& around, std::string const& scope, way_out const& by) : around_(around), scope_(scope), by_(by) {}

    result<chosen_account> choose() {
        auto found = from_variable();
        if (found && !*found) found = from_well_known_file();
        if (!found) return found.error();
        if (!*found) from_machine();
        if (std::string named = around_.variable("GOOGLE_CLOUD_QUOTA_PROJECT"); !named.empty()) chosen_.quota_project = std::move(named);
        if (std::string named = first_of(around_, {"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"}); !named.empty())
            chosen_.project = std::move(named);
        return std::move(chosen_);
    }

private:
    void not_here(std::string place, std::string why) { chosen_.report.passed_over.emplace_back(std::move(place), std::move(why)); }

    /// Whether it was taken.
    result<bool> from_variable() {
        std::string const path = around_.variable(key_variable);
        if (path.empty()) {
            not_here(key_variable, "it is not set");
            return false;
        }
        auto text = around_.file(path);
        if (!text) return text.error();
        if (!*text) return failure(errc::not_found, "GOOGLE_APPLICATION_CREDENTIALS names " + path + ", and there is no such file");
        return take(**text, path);
    }

    result<bool> from_well_known_file() {
        std::string const path = well_known_file(around_), place = "gcloud's application-default login";
        if (path.empty()) {
            not_here(place, "neither CLOUDSDK_CONFIG nor HOME is set");
            return false;
        }
        auto text = around_.file(path);
        if (!text) return text.error();
        if (*text) return take(**text, path);
        not_here(place, "there is no file " + path);
        return false;
    }

    result<bool> take(std::string const& text, std::string const& path) {
        auto account = parse_google_account(text, path);
        if (!account) return account.error();
        chosen_.report.source = path + ": " + google_account_in_words(*account);
        chosen_.project = account->project;
        chosen_.quota_project = account->quota_project;
        chosen_.tokens = cached(google_tokens(around_, *std::move(account), scope_, by_));
        return true;
    }

    void from_machine() {
        std::string const named = around_.variable("GCE_METADATA_HOST");
        if (named.empty() && around_.variable("NO_GCE_CHECK") == "true") {
            not_here("Google's metadata server", "NO_GCE_CHECK is true");
            chosen_.tokens = cached(
                refused_tokens("Google's settings", failure(errc::unauthenticated, "there are no credentials for Google Cloud" + tried())));
            return;
        }
        chosen_.report.source = named.empty() ? "Google's metadata server, if there is one" : "the metadata server at " + named;
        std::string const ip = around_.variable("GCE_METADATA_IP");
        std::string const host = !named.empty() ? named : !ip.empty() ? ip : "169.254.169.254";
        std::string nobody = "there are no credentials for Google Cloud, and nobody answers as its metadata server" + tried();
        chosen_.tokens = cached(google_machine_tokens(host, scope_, named.empty(), std::move(nobody)));
    }

    std::string tried() const {
        std::string text;
        for (auto const& [place, why] : chosen_.report.passed_over) text += "; " + place + ": " + why;
        return text + "; " + log_in;
    }

    surroundings const& around_;
    std::string const& scope_;
    way_out const& by_;
    chosen_account chosen_;
};

}  // namespace

result<chosen_account> choose_google_account(surroundings const& around, std::string const& scope, way_out const& by) {
    return chooser(around, scope, by).choose();
}

chosen_account google_account_or_error(surroundings const& around, std::string const& scope, way_out const& by) {
    auto chosen = choose_google_account(around, scope, by);
    if (chosen) return *std::move(chosen);
    chosen_account none;
    none.tokens = cached(refused_tokens("Google's settings", chosen.error()));
    return none;
}

}  // namespace sluice::inline v0::auth
