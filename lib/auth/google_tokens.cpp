#include "auth/google_tokens.hpp"

#include "async/clock.hpp"
#include "auth/ask_token.hpp"
#include "auth/google_requests.hpp"
#include "auth/google_subject.hpp"
#include "auth/token_documents.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view cloud_platform = "https://www.googleapis.com/auth/cloud-platform";

using token = result<access_token>;

class service_account_tokens final : public token_provider {
public:
    service_account_tokens(service_account account, std::string scope, way_out by)
        : account_(std::move(account)),
          scope_(std::move(scope)),
          by_(std::move(by)) {}

    std::string name() const override { return "Google, for service account " + account_.email; }

    awaitable<token> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<std::string> const assertion = service_account_assertion(account_, scope_, async::clock::of(executor).wall());
        if (!assertion) co_return assertion.error();
        key_request request = assertion_request(account_, *assertion, by_);
        token found = co_await ask_token(std::move(request), *assertion, "was the key deleted, or is this machine's clock wrong?");
        co_return std::move(found);
    }

private:
    service_account const account_;
    std::string const scope_;
    way_out const by_;
};

class user_tokens final : public token_provider {
public:
    user_tokens(authorized_user user, way_out by) : user_(std::move(user)), by_(std::move(by)) {}

    std::string name() const override { return "Google, for the person who logged in"; }

    awaitable<token> fetch() override {
        key_request request = refresh_request(user_, by_);
        token found = co_await ask_token(std::move(request), user_.refresh_token,
                                         "if the login was revoked or has expired, run gcloud auth application-default login");
        co_return std::move(found);
    }

private:
    authorized_user const user_;
    way_out const by_;
};

/// Acts as another account, by the token of one that may.
class impersonated_tokens final : public token_provider {
public:
    impersonated_tokens(std::shared_ptr<token_provider> of, impersonation as, std::string scope, way_out by)
        : of_(std::move(of)),
          as_(std::move(as)),
          scope_(std::move(scope)),
          by_(std::move(by)) {}

    std::string name() const override { return of_->name() + ", as service account " + as_.email; }

    awaitable<token> fetch() override {
        token const own = co_await of_->fetch();
        if (!own) co_return own.error();
        key_request request = impersonation_request(as_, scope_, own->value, by_);
        result<key_answer> const answer = co_await auth::fetch(std::move(request));
        if (!answer) co_return answer.error();
        if (answer->status != 200) co_return token_refused(*answer, own->value, "may it act as " + as_.email + '?');
        co_return parse_iam_token(answer->text);
    }

private:
    std::shared_ptr<token_provider> const of_;
    impersonation const as_;
    std::string const scope_;
    way_out const by_;
};

class federated_tokens final : public token_provider {
public:
    federated_tokens(surroundings around, external_account account, std::string scope, way_out by)
        : around_(std::move(around)),
          account_(std::move(account)),
          scope_(std::move(scope)),
          by_(std::move(by)) {}

    std::string name() const override { return "Google, by identity federation"; }

    awaitable<token> fetch() override {
        result<std::string> const subject = co_await subject_token(&around_, &account_);
        if (!subject) co_return subject.error();
        key_request request = exchange_request(account_, *subject, scope_, by_);
        token found = co_await ask_token(std::move(request), *subject, "to the exchange of the other provider's token");
        co_return std::move(found);
    }

private:
    surroundings const around_;
    external_account const account_;
    std::string const scope_;
    way_out const by_;
};

class machine_tokens final : public token_provider {
public:
    machine_tokens(std::string host, std::string scope, bool probed, std::string otherwise)
        : host_(std::move(host)),
          scope_(std::move(scope)),
          probed_(probed),
          otherwise_(std::move(otherwise)) {}

    std::string name() const override { return "Google's metadata server"; }

    awaitable<token> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<void> const there = co_await look();
        if (!there) co_return there.error();
        result<key_request> request = metadata_request(host_, scope_);
        if (!request) co_return request.error();
        result<key_answer> const answer = co_await auth::fetch(std::move(*request));
        if (!answer) co_return answer.error();
        if (!is_google(*answer)) co_return failure(errc::untrusted_peer, "what answers is no metadata server of Google");
        if (answer->status == 404) co_return token_refused(*answer, {}, "the machine has no service account");
        if (answer->status != 200) co_return token_refused(*answer, {});
        co_return parse_oauth_token(answer->text, async::clock::of(executor).wall());
    }

private:
    static bool is_google(key_answer const& answer) { return answer.headers.value_or("Metadata-Flavor") == "Google"; }

    awaitable<result<void>> look() const {
        if (!probed_) co_return result<void>();
        result<key_request> request = metadata_probe(host_);
        if (!request) co_return request.error();
        result<key_answer> const answer = co_await auth::fetch(std::move(*request));
        if (!answer || !is_google(*answer)) co_return failure(errc::unauthenticated, otherwise_);
        co_return result<void>();
    }

    std::string const host_, scope_;
    bool const probed_;
    std::string const otherwise_;
};

/// One provider for each kind of account.
class maker {
public:
    maker(surroundings around, std::string scope, way_out by) : around_(std::move(around)), scope_(std::move(scope)), by_(std::move(by)) {}

    std::shared_ptr<token_provider> operator()(service_account&& one) const {
        return std::make_shared<service_account_tokens>(std::move(one), scope_, by_);
    }
    std::shared_ptr<token_provider> operator()(authorized_user&& one) const { return std::make_shared<user_tokens>(std::move(one), by_); }
    std::shared_ptr<token_provider> operator()(external_account&& one) const {
        if (!one.acts_as) return std::make_shared<federated_tokens>(around_, std::move(one), scope_, by_);
        impersonation as = *one.acts_as;
        auto own = std::make_shared<federated_tokens>(around_, std::move(one), std::string(cloud_platform), by_);
        return std::make_shared<impersonated_tokens>(std::move(own), std::move(as), scope_, by_);
    }
    std::shared_ptr<token_provider> operator()(impersonated_account&& one) const {
        auto own = google_tokens(around_, std::move(*one.by), std::string(cloud_platform), by_);
        return std::make_shared<impersonated_tokens>(std::move(own), std::move(one.as), scope_, by_);
    }

private:
    surroundings const around_;
    std::string const scope_;
    way_out const by_;
};

}  // namespace

std::shared_ptr<token_provider> google_tokens(surroundings around, google_account account, std::string scope, way_out by) {
    return std::visit(maker(std::move(around), std::move(scope), std::move(by)), std::move(account.who));
}

std::shared_ptr<token_provider> google_machine_tokens(std::string host, std::string scope, bool const probed, std::string otherwise) {
    return std::make_shared<machine_tokens>(std::move(host), std::move(scope), probed, std::move(otherwise));
}

}  // namespace sluice::inline v0::auth
