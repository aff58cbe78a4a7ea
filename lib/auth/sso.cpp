#include "auth/sso.hpp"

#include "async/clock.hpp"
#include "auth/fetch.hpp"
#include "auth/key_documents.hpp"
#include "auth/read_secret.hpp"
#include "base/hash.hpp"
#include "base/percent.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

namespace {

failure log_in(sso_account const& account, std::string why) {
    std::string const how = account.session.empty() ? "aws sso login" : "aws sso login --sso-session " + account.session;
    return {errc::unauthenticated, std::move(why) + ": run " + how};
}

class sso final : public provider {
public:
    sso(surroundings around, sso_account account) : around_(std::move(around)), account_(std::move(account)) {}

    std::string name() const override { return "IAM Identity Center, for role " + account_.role_name; }

    awaitable<result<credentials>> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        std::string file = around_.variable("HOME") + "/" + sso_token_file(account_);
        result<std::string> const cached = co_await read_secret(&around_, std::move(file));
        if (!cached) co_return log_in(account_, "there is no cached token");
        result<sso_token> const token = parse_sso_token(*cached);
        if (!token) co_return token.error();
        if (token->expires <= async::clock::of(executor).wall()) co_return log_in(account_, "the cached token has expired");
        result<key_request> request = ask_with(*token);
        if (!request) co_return request.error();
        result<key_answer> const answer = co_await auth::fetch(std::move(*request));
        if (!answer) co_return answer.error();
        if (answer->status == 401) co_return log_in(account_, "the cached token is not taken any more");
        if (answer->status != 200) co_return refused_with(*answer);
        co_return parse_sso_keys(answer->text);
    }

private:
    result<key_request> ask_with(sso_token const& token) const {
        std::string base = account_.endpoint;
        if (base.empty()) base = "https://" + key_service_host("portal.sso", account_.region, account_.hosts);
        auto to = parse_web_address(base + "/federation/credentials?account_id=" + base::percent_encode(account_.account_id) +
                                        "&role_name=" + base::percent_encode(account_.role_name),
                                    "the address of IAM Identity Center");
        if (!to) return to.error();
        key_request request;
        request.to = *std::move(to);
        request.headers.add("x-amz-sso_bearer_token", token.token);
        request.ca_file = account_.ca_file;
        request.network = account_.network;
        return request;
    }

    surroundings const around_;
    sso_account const account_;
};

}  // namespace

std::string sso_token_file(sso_account const& account) {
    std::string const& named = account.session.empty() ? account.start_url : account.session;
    return ".aws/sso/cache/" + base::hex(base::sha1(named)) + ".json";
}

std::shared_ptr<provider> sso_keys(surroundings around, sso_account account) {
    return std::make_shared<sso>(std::move(around), std::move(account));
}

}  // namespace sluice::inline v0::auth
