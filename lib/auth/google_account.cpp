#include "auth/google_account.hpp"

#include "auth/document_text.hpp"
#include "auth/key_documents.hpp"
#include "codec/json.hpp"
#include "net/route.hpp"

#include <algorithm>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view aws_address = "169.254.169.254", aws_address_v6 = "fd00:ec2::254";

/// The members of one account, which may lie inside of another's.
class reader {
public:
    reader(codec::json_document const& document, std::string_view what, std::string_view inside)
        : document_(document),
          what_(what),
          inside_(inside) {}

    failure refused(std::string_view const why) const {
        std::string text(what_);
        if (!inside_.empty()) text.append(", ").append(inside_);
        return {errc::invalid_argument, text.append(": ").append(why)};
    }
    failure lacks(std::string_view const name) const { return refused("it lacks " + std::string(name)); }

    std::string text(std::string_view const name) const {
        return (inside_.empty() ? document_.text({name}) : document_.text({inside_, name})).value_or("");
    }
    std::string text(std::string_view const outer, std::string_view const name) const {
        return (inside_.empty() ? document_.text({outer, name}) : document_.text({inside_, outer, name})).value_or("");
    }
    std::string text(std::string_view const outer, std::string_view const middle, std::string_view const name) const {
        return (inside_.empty() ? document_.text({outer, middle, name}) : document_.text({inside_, outer, middle, name})).value_or("");
    }
    std::optional<std::int64_t> integer(std::string_view const outer, std::string_view const name) const {
        return inside_.empty() ? document_.integer({outer, name}) : document_.integer({inside_, outer, name});
    }
    std::optional<std::int64_t> integer(std::string_view const outer, std::string_view const middle, std::string_view const name) const {
        return inside_.empty() ? document_.integer({outer, middle, name}) : document_.integer({inside_, outer, middle, name});
    }
    std::vector<std::string> texts(std::string_view const name) const {
        return inside_.empty() ? document_.texts({name}) : document_.texts({inside_, name});
    }
    std::vector<std::pair<std::string, std::string>> members(std::string_view const outer, std::string_view const name) const {
        return inside_.empty() ? document_.members({outer, name}) : document_.members({inside_, outer, name});
    }

    /// What may stand in a header or a claim, if there is some.
    result<std::string> plain(std::string_view const name) const {
        std::string found = text(name);
        if (found.empty()) return lacks(name);
        if (!is_plain(found)) return refused("its " + std::string(name) + " has characters that cannot be");
        return found;
    }
    result<std::string> plain_or_none(std::string_view const name) const { return text(name).empty() ? std::string() : plain(name); }

    /// Where secrets go.
    result<web_address> safe_address(std::string_view const name, std::string const& url) const {
        if (url.empty()) return lacks(name);
        auto to = parse_web_address(url, name);
        if (!to) return refused(to.error().info().detail);
        if (!to->tls && !net::is_loopback(to->host)) return refused("its " + std::string(name) + " must be https, or on this machine");
        return to;
    }

private:
    codec::json_document const& document_;
    std::string_view const what_, inside_;
};

using who = result<google_account>;

google_account of(auto one) {
    google_account made{std::move(one), {}, {}};
    return made;
}

who read_service_account(reader const& in) {
    auto email = in.plain("client_email");
    if (!email) return email.error();
    auto key_id = in.plain_or_none("private_key_id");
    if (!key_id) return key_id.error();
    std::string pem = in.text("private_key");
    if (pem.empty()) return in.lacks("private_key");
    auto key = base::signing_key::from_pem(pem);
    base::wipe(pem);
    if (!key) return in.refused("its private_key cannot be used: " + key.error().info().detail);
    std::string url = in.text("token_uri");
    if (url.empty()) url = google_token_uri;
    auto to = in.safe_address("token_uri", url);
    if (!to) return to.error();
    return of(service_account{*std::move(email), *std::move(key_id), *std::move(key), *std::move(to), std::move(url)});
}

who read_user(reader const& in, bool const of_workforce) {
    authorized_user user;
    for (auto const& [name, into] : {std::pair("client_id", &user.client_id), std::pair("client_secret", &user.client_secret),
                                     std::pair("refresh_token", &user.refresh_token)}) {
        auto found = in.plain(name);
        if (!found) return found.error();
        *into = *std::move(found);
    }
    std::string_view const member = of_workforce ? "token_url" : "token_uri";
    std::string url = in.text(member);
    if (url.empty() && !of_workforce) url = google_token_uri;
    auto to = in.safe_address(member, url);
    if (!to) return to.error();
    user.token_uri = *std::move(to);
    user.by_header = of_workforce;
    return of(std::move(user));
}

result<impersonation> read_impersonation(reader const& in) {
    constexpr std::string_view member = "service_account_impersonation_url";
    impersonation as;
    std::string const url = in.text(member);
    auto to = in.safe_address(member, url);
    if (!to) return to.error();
    as.to = *std::move(to);
    std::size_t const slash = url.rfind('/'), end = url.rfind(":generateAccessToken");
    if (end == url.npos || slash + 1 >= end) return in.refused("its service_account_impersonation_url is none of generateAccessToken");
    as.email = url.substr(slash + 1, end - slash - 1);
    as.delegates = in.texts("delegates");
    auto const lifetime = in.integer("service_account_impersonation", "token_lifetime_seconds");
    if (lifetime && (*lifetime < 600 || *lifetime > 43200)) return in.refused("its token_lifetime_seconds is not from 600 to 43200");
    if (lifetime) as.lifetime = std::chrono::seconds(*lifetime);
    return as;
}

constexpr std::string_view source = "credential_source";

/// AWS's metadata service, or on this machine: a file from elsewhere must not make us ask another for keys.
result<std::optional<web_address>> read_aws_address(reader const& in, std::string_view const name) {
    std::string const url = in.text(source, name);
    if (url.empty()) return std::optional<web_address>();
    auto to = parse_web_address(url, name);
    if (!to) return in.refused(to.error().info().detail);
    if (to->host != aws_address && to->host != aws_address_v6 && !net::is_loopback(to->host))
        return in.refused("its " + std::string(name) + " is no address of AWS's metadata service");
    return std::optional<web_address>(*std::move(to));
}

result<subject_source> read_aws_source(reader const& in) {
    subject_source from;
    from.from = subject_source::kind::aws;
    if (in.text(source, "environment_id") != "aws1") return in.refused("its environment_id is not aws1");
    from.verification_url = in.text(source, "regional_cred_verification_url");
    for (auto const& [name, into] : {std::pair("region_url", &from.region_at), std::pair("url", &from.keys_at)}) {
        auto found = read_aws_address(in, name);
        if (!found) return found.error();
        *into = *std::move(found);
    }
    if (from.verification_url.empty()) return in.lacks("regional_cred_verification_url");
    return from;
}

result<subject_source> read_executable_source(reader const& in) {
    subject_source from;
    from.from = subject_source::kind::executable;
    from.command = in.text(source, "executable", "command");
    from.output_file = in.text(source, "executable", "output_file");
    auto const limit = in.integer(source, "executable", "timeout_millis");
    if (limit && (*limit < 5000 || *limit > 120'000)) return in.refused("its timeout_millis is not from 5000 to 120000");
    if (limit) from.limit = std::chrono::milliseconds(*limit);
    return from;
}

result<subject_source> read_subject(reader const& in) {
    if (!in.text(source, "environment_id").empty()) return read_aws_source(in);
    if (!in.text(source, "executable", "command").empty()) return read_executable_source(in);
    subject_source from;
    from.file = in.text(source, "file");
    std::string const url = in.text(source, "url");
    if (from.file.empty() == url.empty()) return in.refused("its credential_source must be one of file, url, executable and AWS");
    if (!url.empty()) {
        auto to = parse_web_address(url, "the url of credential_source");
        if (!to) return in.refused(to.error().info().detail);
        from.from = subject_source::kind::url;
        from.url = *std::move(to);
        from.headers = in.members(source, "headers");
        bool const plain = std::ranges::all_of(from.headers, [](auto const& h) { return is_plain(h.first) && is_plain(h.second); });
        if (!plain) return in.refused("its headers have characters that cannot be");
    }
    std::string const format = in.text(source, "format", "type");
    if (format.empty() || format == "text") return from;
    if (format != "json") return in.refused("its format is neither text nor json");
    from.member = in.text(source, "format", "subject_token_field_name");
    if (from.member.empty()) return in.lacks("subject_token_field_name");
    return from;
}

who read_external(reader const& in) {
    external_account made;
    for (auto const& [name, into] : {std::pair("audience", &made.audience), std::pair("subject_token_type", &made.subject_token_type)}) {
        auto found = in.plain(name);
        if (!found) return found.error();
        *into = *std::move(found);
    }
    auto to = in.safe_address("token_url", in.text("token_url"));
    if (!to) return to.error();
    made.token_uri = *std::move(to);
    made.client_id = in.text("client_id");
    made.client_secret = in.text("client_secret");
    made.workforce_project = in.text("workforce_pool_user_project");
    auto subject = read_subject(in);
    if (!subject) return subject.error();
    made.subject = *std::move(subject);
    if (in.text("service_account_impersonation_url").empty()) return of(std::move(made));
    auto as = read_impersonation(in);
    if (!as) return as.error();
    made.acts_as = *std::move(as);
    return of(std::move(made));
}

who read_account(codec::json_document const& document, std::string_view const what, std::string_view const inside) {
    reader const in(document, what, inside);
    std::string const type = in.text("type");
    if (type == "service_account") return read_service_account(in);
    if (type == "authorized_user") return read_user(in, false);
    if (type == "external_account_authorized_user") return read_user(in, true);
    if (type == "external_account") return read_external(in);
    if (type != "impersonated_service_account" || !inside.empty())
        return in.refused(type.empty() ? "it has no type" : "its type is none that is supported");
    auto as = read_impersonation(in);
    if (!as) return as.error();
    auto by = read_account(document, what, "source_credentials");
    if (!by) return by.error();
    return of(impersonated_account{std::make_unique<google_account>(*std::move(by)), *std::move(as)});
}

}  // namespace

result<google_account> parse_google_account(std::string_view const text, std::string_view const what) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return failure(errc::invalid_argument, std::string(what) + ": " + document.error().info().detail);
    reader const in(*document, what, {});
    auto made = read_account(*document, what, {});
    if (!made) return made;
    made->project = in.text("project_id");
    auto quota = in.plain_or_none("quota_project_id");
    if (!quota) return quota.error();
    made->quota_project = *std::move(quota);
    return made;
}

std::string google_account_in_words(google_account const& account) {
    struct {
        std::string operator()(service_account const& one) const { return "service account " + one.email; }
        std::string operator()(authorized_user const&) const { return "a person"; }
        std::string operator()(external_account const& one) const {
            return "identity federation" + (one.acts_as ? ", as service account " + one.acts_as->email : std::string());
        }
        std::string operator()(impersonated_account const& one) const {
            return google_account_in_words(*one.by) + ", as service account " + one.as.email;
        }
    } const words;
    return std::visit(words, account.who);
}

}  // namespace sluice::inline v0::auth
