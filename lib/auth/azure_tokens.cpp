#include "auth/azure_tokens.hpp"

#include "async/clock.hpp"
#include "async/entropy.hpp"
#include "auth/ask_token.hpp"
#include "auth/program.hpp"
#include "auth/read_secret.hpp"
#include "auth/token_documents.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

namespace {

using token = result<access_token>;

class secret_tokens final : public token_provider {
public:
    secret_tokens(azure_endpoint at, std::string secret) : at_(std::move(at)), secret_(std::move(secret)) {}

    std::string name() const override { return "Entra ID, by a client secret"; }

    awaitable<token> fetch() override {
        key_request request = client_secret_request(at_, secret_);
        token found = co_await ask_token(std::move(request), secret_, "has the client secret expired?");
        co_return std::move(found);
    }

private:
    azure_endpoint const at_;
    std::string const secret_;
};

class certificate_tokens final : public token_provider {
public:
    certificate_tokens(azure_endpoint at, base::signing_identity by) : at_(std::move(at)), by_(std::move(by)) {}

    std::string name() const override { return "Entra ID, by a client certificate"; }

    awaitable<token> fetch() override {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        std::string id = async::entropy::of(executor).id_text();
        for (std::size_t const at : {8u, 13u, 18u, 23u}) id.insert(at, 1, '-');
        result<std::string> const assertion = client_assertion(at_, by_, id, async::clock::of(executor).wall());
        if (!assertion) co_return assertion.error();
        key_request request = client_assertion_request(at_, *assertion);
        token found =
            co_await ask_token(std::move(request), *assertion, "is the certificate the application's, and this machine's clock right?");
        co_return std::move(found);
    }

private:
    azure_endpoint const at_;
    base::signing_identity const by_;
};

class workload_tokens final : public token_provider {
public:
    workload_tokens(surroundings around, azure_endpoint at, std::string file)
        : around_(std::move(around)),
          at_(std::move(at)),
          file_(std::move(file)) {}

    std::string name() const override { return "Entra ID, by workload identity"; }

    awaitable<token> fetch() override {
        result<std::string> const assertion = co_await read_secret(&around_, file_);
        if (!assertion) co_return assertion.error();
        key_request request = client_assertion_request(at_, *assertion);
        token found = co_await ask_token(std::move(request), *assertion, "does the application trust who signed the token of the file?");
        co_return std::move(found);
    }

private:
    surroundings const around_;
    azure_endpoint const at_;
    std::string const file_;
};

class managed_tokens final : public token_provider {
public:
    managed_tokens(surroundings around, std::string scope, std::string client)
        : around_(std::move(around)),
          scope_(std::move(scope)),
          client_(std::move(client)) {}

    std::string name() const override { return "the managed identity"; }

    awaitable<token> fetch() override {
        result<key_request> request = managed_identity_request(around_, scope_, client_);
        if (!request) co_return request.error();
        token found = co_await ask_token(std::move(*request), around_.variable("IDENTITY_HEADER"), "has the machine an identity?");
        co_return std::move(found);
    }

private:
    surroundings const around_;
    std::string const scope_, client_;
};

class cli_tokens final : public token_provider {
public:
    cli_tokens(surroundings around, std::string scope) : around_(std::move(around)), scope_(std::move(scope)) {}

    std::string name() const override { return "the Azure CLI"; }

    awaitable<token> fetch() override {
        program what;
        what.name = "az";
        for (char const* const word : {"az", "account", "get-access-token", "--output", "json", "--resource"})
            what.words.emplace_back(word);
        what.words.push_back(azure_resource(scope_));
        result<std::string> const printed = co_await output_of(&around_, std::move(what));
        if (!printed) co_return advised(printed.error());
        co_return parse_azure_cli_token(*printed);
    }

private:
    static failure advised(failure const& why) {
        errc const reason = why.reason() == errc::io ? errc::unauthenticated : why.reason();
        return {reason, why.info().detail + ": is the Azure CLI installed, and was az login run?"};
    }

    surroundings const around_;
    std::string const scope_;
};

class machine_or final : public token_provider {
public:
    machine_or(surroundings around, std::string scope, std::string client, std::shared_ptr<token_provider> otherwise)
        : machine_(azure_managed_tokens(around, std::move(scope), std::move(client))),
          around_(std::move(around)),
          otherwise_(std::move(otherwise)) {}

    std::string name() const override { return otherwise_ ? machine_->name() + " or " + otherwise_->name() : machine_->name(); }

    awaitable<token> fetch() override {
        result<key_request> probe = managed_identity_probe(around_);
        if (!probe) co_return probe.error();
        result<key_answer> const there = co_await auth::fetch(std::move(*probe));
        bool const somebody = there && there->status != 404;  // which is what the services of other clouds say
        token found = failure(errc::unreachable, there ? "it answered HTTP 404" : there.error().info().detail);
        if (somebody) found = co_await machine_->fetch();
        bool const none = !somebody || (!found && found.error().info().status == 400);
        if (none) found = co_await other_than(found.error());
        co_return std::move(found);
    }

private:
    awaitable<token> other_than(failure machine) const {
        std::string words = "the machine has no managed identity (" + machine.info().detail + ')';
        if (!otherwise_) co_return failure(errc::unauthenticated, std::move(words));
        token found = co_await otherwise_->fetch();
        if (found) co_return std::move(found);
        co_return failure(found.error().reason(), words + "; " + found.error().info().detail);
    }

    std::shared_ptr<token_provider> const machine_;
    surroundings const around_;
    std::shared_ptr<token_provider> const otherwise_;
};

}  // namespace

std::shared_ptr<token_provider> azure_secret_tokens(azure_endpoint at, std::string secret) {
    return std::make_shared<secret_tokens>(std::move(at), std::move(secret));
}

std::shared_ptr<token_provider> azure_certificate_tokens(azure_endpoint at, base::signing_identity by) {
    return std::make_shared<certificate_tokens>(std::move(at), std::move(by));
}

std::shared_ptr<token_provider> azure_workload_tokens(surroundings around, azure_endpoint at, std::string token_file) {
    return std::make_shared<workload_tokens>(std::move(around), std::move(at), std::move(token_file));
}

std::shared_ptr<token_provider> azure_managed_tokens(surroundings around, std::string scope, std::string client) {
    return std::make_shared<managed_tokens>(std::move(around), std::move(scope), std::move(client));
}

std::shared_ptr<token_provider> azure_cli_tokens(surroundings around, std::string scope) {
    return std::make_shared<cli_tokens>(std::move(around), std::move(scope));
}

std::shared_ptr<token_provider> azure_machine_or(surroundings around, std::string scope, std::string client,
                                                 std::shared_ptr<token_provider> otherwise) {
    return std::make_shared<machine_or>(std::move(around), std::move(scope), std::move(client), std::move(otherwise));
}

}  // namespace sluice::inline v0::auth
