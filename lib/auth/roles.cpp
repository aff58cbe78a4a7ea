#include "auth/roles.hpp"

#include "async/clock.hpp"
#include "auth/fetch.hpp"
#include "auth/key_documents.hpp"
#include "auth/read_secret.hpp"
#include "base/percent.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

namespace {

std::string region_of(role const& which) { return which.region.empty() ? "us-east-1" : which.region; }

result<key_request> to_sts(role const& which) {
    std::string url = which.endpoint;
    if (url.empty()) url = "https://" + key_service_host("sts", region_of(which), which.hosts);
    auto to = parse_web_address(url, "the endpoint of STS");
    if (!to) return to.error();
    key_request request;
    request.method = "POST";
    request.to = *std::move(to);
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.ca_file = which.ca_file;
    request.network = which.network;
    return request;
}

std::string session_name(role const& which, async::clock const& clock) {
    if (!which.session_name.empty()) return which.session_name;
    auto const now = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch());
    return "sluice-" + std::to_string(now.count());
}

result<credentials> keys_in(result<key_answer> const& answer, std::string_view const action) {
    if (!answer) return answer.error();
    if (answer->status != 200) return refused_with(*answer, sts_refusal(answer->text));
    return parse_sts_keys(answer->text, action);
}

class web_identity final : public provider {
public:
    web_identity(surroundings around, role which, std::string token_file)
        : around_(std::move(around)),
          role_(std::move(which)),
          token_file_(std::move(token_file)) {}

    std::string name() const override { return "STS, for role " + role_.arn + " by web identity"; }

    awaitable<result<credentials>> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<key_request> request = to_sts(role_);
        if (!request) co_return request.error();
        result<std::string> const token = co_await read_secret(&around_, token_file_);
        if (!token) co_return token.error();
        std::string const session = session_name(role_, async::clock::of(executor));
        request->body = sts_form(
            {{"Action", "AssumeRoleWithWebIdentity"}, {"RoleArn", role_.arn}, {"RoleSessionName", session}, {"WebIdentityToken", *token}});
        result<key_answer> const answer = co_await auth::fetch(std::move(*request));
        co_return keys_in(answer, "AssumeRoleWithWebIdentity");
    }

private:
    surroundings const around_;
    role const role_;
    std::string const token_file_;
};

class assumed final : public provider {
public:
    assumed(role which, std::shared_ptr<credential_source> by) : role_(std::move(which)), by_(std::move(by)) {}

    std::string name() const override { return "STS, for role " + role_.arn; }

    awaitable<result<credentials>> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<key_request> request = to_sts(role_);
        if (!request) co_return request.error();
        request->keys = co_await by_->get();
        if (request->keys->access_key.empty()) co_return failure(errc::unauthenticated, "there are no keys to ask for the role with");
        std::string const session = session_name(role_, async::clock::of(executor)), duration = std::to_string(role_.duration);
        request->body = sts_form({{"Action", "AssumeRole"},
                                  {"RoleArn", role_.arn},
                                  {"RoleSessionName", session},
                                  {"DurationSeconds", duration},
                                  {"ExternalId", role_.external_id}});
        request->sign_for = meant_by(region_of(role_)).name;
        result<key_answer> const answer = co_await auth::fetch(std::move(*request));
        co_return keys_in(answer, "AssumeRole");
    }

private:
    role const role_;
    std::shared_ptr<credential_source> const by_;
};

}  // namespace

std::string sts_form(std::initializer_list<std::pair<std::string_view, std::string_view>> const fields) {
    std::string form = "Version=2011-06-15";
    for (auto const& [name, value] : fields) {
        if (value.empty()) continue;
        form.append("&").append(name).append("=");
        base::percent_encode(form, value, false);
    }
    return form;
}

std::shared_ptr<provider> web_identity_keys(surroundings around, role which, std::string token_file) {
    return std::make_shared<web_identity>(std::move(around), std::move(which), std::move(token_file));
}

std::shared_ptr<provider> assumed_keys(role which, std::shared_ptr<credential_source> by) {
    return std::make_shared<assumed>(std::move(which), std::move(by));
}

}  // namespace sluice::inline v0::auth
