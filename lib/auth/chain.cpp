#include "auth/chain.hpp"

#include "async/clock.hpp"
#include "auth/container.hpp"
#include "auth/instance.hpp"
#include "auth/process.hpp"
#include "auth/roles.hpp"
#include "auth/sso.hpp"
#include "http/fields.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace sluice::inline v0::auth {

namespace {

using source_pointer = std::shared_ptr<credential_source>;

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// EC2's service is asked although nothing says that there is one: where there is none, or the instance has no role, requests go unsigned.
class instance_if_any final : public provider {
public:
    explicit instance_if_any(surroundings around) : inner_(instance_keys(std::move(around))) {}

    std::string name() const override { return inner_->name(); }

    awaitable<result<credentials>> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<credentials> found = co_await inner_->fetch();
        if (found || found.error().reason() == errc::invalid_argument) co_return std::move(found);
        credentials none;
        none.expires = async::clock::of(executor).wall() + std::chrono::hours(1);
        co_return none;
    }

private:
    std::shared_ptr<provider> const inner_;
};

/// Walks from one place to the next.
class chooser {
public:
    chooser(surroundings const& around, chain_input const& in) : around_(around), in_(in) {}

    result<chosen_source> choose() {
        if (in_.named) {
            auto found = from_profile_itself();
            if (!found || *found) return end(std::move(found));
        }
        auto found = from_environment();
        if (found && !*found && !in_.named) found = from_profile_itself();
        if (found && !*found) found = from_web_identity();
        if (found && !*found) found = from_container();
        if (found && !*found) found = from_instance();
        return end(std::move(found));
    }

private:
    using found_source = result<source_pointer>;  // null: not here

    result<chosen_source> end(found_source found) {
        if (!found) return found.error();
        chosen_.source = *std::move(found);
        return std::move(chosen_);
    }

    found_source here(std::string place, source_pointer source) {
        chosen_.report.source = std::move(place);
        return source;
    }
    found_source not_here(std::string place, std::string why) {
        chosen_.report.passed_over.emplace_back(std::move(place), std::move(why));
        return source_pointer();
    }

    found_source from_environment() {
        credentials keys(around_.variable("AWS_ACCESS_KEY_ID"), around_.variable("AWS_SECRET_ACCESS_KEY"));
        if (keys.access_key.empty() != keys.secret_key.empty()) {
            bool const no_access = keys.access_key.empty();
            return refused(std::string(no_access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") + " is set, but " +
                           (no_access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY") + " is not");
        }
        if (keys.access_key.empty()) return not_here("the environment", "AWS_ACCESS_KEY_ID is not set");
        keys.session_token = around_.variable("AWS_SESSION_TOKEN");  // never with the keys of a profile
        return here("the environment", static_credentials(std::move(keys)));
    }

    found_source from_profile_itself() {
        std::string const place = "profile \"" + in_.profile + '"';
        auto found = read_profile(in_.config, in_.credentials, in_.profile);
        if (!found) return found.error();
        if (!found->found) return not_here(place, "there is none");
        std::vector<std::string> seen;
        auto source = of_profile(in_.profile, seen);
        if (!source || *source) return source ? here(place + how_, *std::move(source)) : source;
        return not_here(place, "it has no keys and no way to get some");
    }

    /// `seen` are the profiles whose keys this one's are for.
    found_source of_profile(std::string const& name, std::vector<std::string>& seen) {
        auto found = read_profile(in_.config, in_.credentials, name);
        if (!found) return found.error();
        if (!found->found) return refused("profile \"" + seen.back() + "\" names source_profile \"" + name + "\", which does not exist");
        bool const again = std::ranges::find(seen, name) != seen.end();
        seen.push_back(name);
        if (found->keys_elsewhere == "role_arn" && !again) return of_role(*found, seen);
        if (again) {  // a profile may name itself: its own keys ask for its role
            if (found->own_keys.access_key.empty()) return refused("the profile \"" + name + "\" needs its own keys to get its keys");
            return static_credentials(found->own_keys);
        }
        if (found->keys_elsewhere.starts_with("sso_")) return of_sso(*found, name);
        if (found->keys_elsewhere == "credential_process") {
            how_ += ", by a process";
            return cached(process_keys(setting(*found, "credential_process")));
        }
        if (!found->keys_elsewhere.empty())
            return refused("profile \"" + name + "\" gets its keys by " + found->keys_elsewhere + ", which is not supported");
        if (found->keys.access_key.empty()) return source_pointer();
        return static_credentials(found->keys);
    }

    found_source of_role(profile const& p, std::vector<std::string>& seen) {
        std::string const& name = seen.back();
        if (!setting(p, "mfa_serial").empty())
            return refused(
                "profile \"" + name +
                "\" wants a code of an MFA device (mfa_serial), which only a person can type: get a session with the AWS tools first");
        auto which = role_of(p);
        if (!which) return which.error();
        how_ += ", by role " + which->arn;
        std::string const token_file = setting(p, "web_identity_token_file");
        if (!token_file.empty()) return cached(web_identity_keys(around_, *which, token_file));
        std::string const from = setting(p, "source_profile"), by = setting(p, "credential_source");
        if (from.empty() == by.empty())
            return refused("profile \"" + name + "\" has a role_arn and must name either source_profile or credential_source");
        auto source = from.empty() ? by_name(by) : of_profile(from, seen);
        if (!source) return source;
        if (!*source) return refused("the source_profile \"" + from + "\" has no keys");
        return cached(assumed_keys(*which, *std::move(source)));
    }

    result<role> role_of(profile const& p) const {
        role which;
        which.arn = setting(p, "role_arn");
        which.session_name = setting(p, "role_session_name");
        which.external_id = setting(p, "external_id");
        which.region = p.region.empty() ? in_.region : p.region;
        add_common(which);
        std::string const duration = setting(p, "duration_seconds");
        if (duration.empty()) return which;
        auto const [end, error] = std::from_chars(duration.data(), duration.data() + duration.size(), which.duration);
        bool const good =
            error == std::errc() && end == duration.data() + duration.size() && which.duration >= 900 && which.duration <= 43200;
        if (!good) return refused("duration_seconds must be a number from 900 to 43200");
        return which;
    }

    /// Empty: AWS's own.
    std::string endpoint(char const* const variable, std::string_view const service) const {
        if (in_.ignore_urls) return {};
        std::string url = around_.variable(variable);
        return url.empty() ? setting_of(in_.services, nested(service, "endpoint_url")) : url;
    }

    void add_common(role& which) const {
        which.endpoint = endpoint("AWS_ENDPOINT_URL_STS", "sts");
        which.hosts = in_.hosts;
        which.ca_file = in_.ca_file;
        which.network = in_.network;
    }

    found_source by_name(std::string const& credential_source) {
        if (credential_source == "Environment") {
            auto found = from_environment();
            if (found && !*found) return refused("credential_source is Environment, but AWS_ACCESS_KEY_ID is not set");
            return found;
        }
        if (credential_source == "EcsContainer") return cached(container_keys(around_));
        if (credential_source == "Ec2InstanceMetadata") return cached(instance_keys(around_));
        return refused("credential_source is none of Environment, EcsContainer and Ec2InstanceMetadata");
    }

    found_source of_sso(profile const& p, std::string const& name) {
        sso_account account;
        account.session = setting(p, "sso_session");
        profile_section const& from = account.session.empty() ? p.settings : p.sso_session;
        auto const of = [&](char const* what) {
            auto const at = from.find(what);
            return at == from.end() ? std::string() : at->second;
        };
        account.start_url = of("sso_start_url");
        account.region = of("sso_region");
        account.account_id = setting(p, "sso_account_id");
        account.role_name = setting(p, "sso_role_name");
        account.endpoint = endpoint("AWS_ENDPOINT_URL_SSO", "sso");
        account.hosts = in_.hosts;
        account.ca_file = in_.ca_file;
        account.network = in_.network;
        bool const plain =
            std::ranges::all_of(account.region, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
        if (account.region.empty() || !plain || account.account_id.empty() || account.role_name.empty())
            return refused("profile \"" + name + "\" uses IAM Identity Center and lacks sso_region, sso_account_id or sso_role_name");
        how_ += ", by IAM Identity Center";
        return cached(sso_keys(around_, std::move(account)));
    }

    found_source from_web_identity() {
        std::string const file = around_.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
        if (file.empty()) return not_here("web identity", "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
        role which;
        which.arn = around_.variable("AWS_ROLE_ARN");
        if (which.arn.empty()) return refused("AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
        which.session_name = around_.variable("AWS_ROLE_SESSION_NAME");
        which.region = in_.region;
        add_common(which);
        return here("web identity", cached(web_identity_keys(around_, std::move(which), file)));
    }

    found_source from_container() {
        std::string const relative = around_.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        std::string const full = around_.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (relative.empty() && full.empty())
            return not_here("the container's metadata service", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
        if (auto const address = container_address(relative, full); !address) return address.error();
        return here("the container's metadata service", cached(container_keys(around_)));
    }

    found_source from_instance() {
        if (http::equal_ignoring_case(around_.variable("AWS_EC2_METADATA_DISABLED"), "true"))
            return not_here("the metadata service of EC2", "AWS_EC2_METADATA_DISABLED is true");
        return here("the metadata service of EC2, if there is one", cached(std::make_shared<instance_if_any>(around_)));
    }

    static std::string setting(profile const& p, std::string_view const name) { return setting_of(p.settings, name); }

    surroundings const& around_;
    chain_input const& in_;
    chosen_source chosen_;
    std::string how_;
};

}  // namespace

result<chosen_source> choose_source(surroundings const& around, chain_input const& in) { return chooser(around, in).choose(); }

}  // namespace sluice::inline v0::auth
