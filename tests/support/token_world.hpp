#pragma once

#include "auth/azure_tokens.hpp"
#include "auth/google_tokens.hpp"
#include "auth/provider.hpp"
#include "support/certificates.hpp"
#include "support/google_files.hpp"
#include "support/surroundings.hpp"

#include <sluice/testing/world.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::test {

using testing::received_request, testing::scripted_reply;

/// An RSA key and its certificate: made once for all worlds of a test, since that takes long.
struct token_keys {
    token_keys() {
        certificate_wish wish;
        wish.rsa_bits = 2048;
        identity const who = make_certificate(wish);
        pem = who.key_pem();
        with_certificate = pem + who.certificate_pem();
    }
    std::string pem, with_certificate;
};

/// A world whose endpoints for tokens are on this machine, in which every one of them answers by one function, and all that is asked is
/// kept.
class token_world {
public:
    using responder = std::function<scripted_reply(received_request const&, std::size_t number)>;

    explicit token_world(responder answers = good_answer) : answers_(std::move(answers)) {
        w.expect_failure();
        for (char const* const host : {"localhost:1", "169.254.169.254", "metadata"})
            w.serve(host, [this](received_request const& r) {
                requests.push_back(r);
                return answers_(r, requests.size());
            });
    }

    void answer(responder answers) { answers_ = std::move(answers); }

    /// A token of the kind that is asked for, with the number of the request in it.
    static scripted_reply good_answer(received_request const& r, std::size_t const number) {
        std::string const value = "tok-" + std::to_string(number);
        if (r.target.find("generateAccessToken") != std::string::npos)
            return scripted_reply::ok(R"({"accessToken":")" + value + R"(","expireTime":"2023-11-14T23:13:20Z"})");
        if (r.target.starts_with("/subject")) return scripted_reply::ok(R"({"ey":"subject"})");
        return scripted_reply::ok(R"({"access_token":")" + value + R"(","expires_in":3600})", {{"Metadata-Flavor", "Google"}});
    }

    /// The token's value, or why there is none.
    std::string ask(std::shared_ptr<token_source> source) {
        std::string told = "destroyed";
        try {
            w.run([&]() -> awaitable<void> {
                std::shared_ptr<access_token const> const token = co_await source->get();
                told = token->value;
            });
        } catch (error const& e) {
            told = std::string(to_string(e.reason())) + ": " + e.info().detail;
        } catch (boost::system::system_error const& e) {
            told = e.code() == boost::asio::error::operation_aborted ? "cancelled" : e.what();
        }
        return told;
    }
    std::string ask(std::shared_ptr<auth::token_provider> from) { return ask(auth::cached(std::move(from))); }

    testing::world w{1};
    std::vector<received_request> requests;

private:
    responder answers_;
};

/// One way to a token.
struct token_way {
    std::string name;
    std::function<std::shared_ptr<auth::token_provider>()> make;
    std::size_t requests;  ///< of one fetch
    unsigned attempts;     ///< of its first request
    std::string secret;    ///< which is sent, as it stands
};

/// Each way of Google and Azure that leads over the network.
inline std::vector<token_way> all_token_ways(token_keys const& keys) {
    using namespace auth;
    std::string const here = "http://localhost:1", scope = "s";
    auto const google = [scope](std::string json, texts variables = {}, texts files = {}, texts outputs = {}) {
        return [=] {
            surroundings around = around_of(variables, files, outputs);
            return google_tokens(std::move(around), parse_google_account(json, "f").value(), scope, {});
        };
    };
    auto const endpoint = [here] { return azure_endpoint_of(azure_application("t", "c"), here, "s/.default", {}).value(); };
    std::string const acts = R"(,"service_account_impersonation_url":"http://localhost:1/v1/a@b.com:generateAccessToken")";
    std::string const aws =
        R"("environment_id":"aws1","regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity")";
    texts const aws_variables{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "CANARY-aws"}, {"AWS_REGION", "r"}};
    std::string const token = here + "/token";
    texts const app{{"IDENTITY_ENDPOINT", "http://localhost:1/msi"}, {"IDENTITY_HEADER", "CANARY-header"}};
    return {
        {"service account", google(service_account_file(keys.pem, token)), 1, 3, "assertion="},
        {"person", google(user_file(token)), 1, 3, "CANARY-refresh"},
        {"federation by a file", google(external_file(token, R"("file":"/t")"), {}, {{"/t", "CANARY-subject"}}), 1, 3, "CANARY-subject"},
        {"federation by a url, as an account",
         google(
             external_file(token, R"("url":"http://localhost:1/subject","format":{"type":"json","subject_token_field_name":"ey"})", acts)),
         3, 3, ""},
        {"federation by AWS", google(external_file(token, aws), aws_variables), 1, 3, ""},
        {"impersonation", google(R"({"type":"impersonated_service_account")" + acts + R"(,"source_credentials":)" + user_file(token) + "}"),
         2, 3, "CANARY-refresh"},
        {"metadata server", [] { return google_machine_tokens("metadata", "s", false, "none"); }, 1, 3, ""},
        {"client secret", [=] { return azure_secret_tokens(endpoint(), "CANARY-secret"); }, 1, 3, "CANARY-secret"},
        {"certificate", [=] { return azure_certificate_tokens(endpoint(), base::read_identity(keys.with_certificate).value()); }, 1, 3, ""},
        {"workload identity",
         [=] {
             return azure_workload_tokens(around_of({}, {{"/t", "CANARY-subject"}}), endpoint(), "/t");
         },
         1, 3, "CANARY-subject"},
        {"managed identity", [] { return azure_managed_tokens(around_of({}), "s", {}); }, 1, 6, ""},
        {"App Service", [=] { return azure_managed_tokens(around_of(app), "s", {}); }, 1, 6, "CANARY-header"},
    };
}

}  // namespace sluice::test
