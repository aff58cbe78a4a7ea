#include "auth/container.hpp"

#include "auth/fetch.hpp"
#include "auth/key_documents.hpp"
#include "auth/read_secret.hpp"
#include "net/route.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr std::array<std::string_view, 3> service_hosts{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

class container final : public provider {
public:
    explicit container(surroundings around) : around_(std::move(around)) {}

    std::string name() const override { return "the container's metadata service"; }

    awaitable<result<credentials>> fetch() override {
        result<web_address> const to = container_address(around_.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                                                         around_.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
        if (!to) co_return to.error();
        key_request request;
        request.to = *to;
        request.headers.add("Accept", "application/json");
        result<std::string> const token = co_await authorization();
        if (!token) co_return token.error();
        if (!token->empty()) request.headers.add("Authorization", *token);
        result<key_answer> const answer = co_await auth::fetch(std::move(request));
        if (!answer) co_return answer.error();
        if (answer->status != 200) co_return refused_with(*answer);
        co_return parse_metadata_keys(answer->text);
    }

private:
    awaitable<result<std::string>> authorization() const {
        std::string file = around_.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        if (file.empty()) co_return around_.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        result<std::string> token = co_await read_secret(&around_, std::move(file));
        co_return std::move(token);
    }

    surroundings const around_;
};

}  // namespace

result<web_address> container_address(std::string const& relative, std::string const& full) {
    if (!relative.empty())
        return parse_web_address("http://169.254.170.2" + (relative.starts_with('/') ? relative : '/' + relative),
                                 "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    result<web_address> to = parse_web_address(full, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!to) return to;
    bool trusted = to->tls || net::is_loopback(to->host);
    for (std::string_view const host : service_hosts) trusted = trusted || to->host == host;
    if (!trusted)
        return failure(errc::invalid_argument,
                       "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or on this machine, or an address of ECS or EKS");
    return to;
}

std::shared_ptr<provider> container_keys(surroundings around) { return std::make_shared<container>(std::move(around)); }

}  // namespace sluice::inline v0::auth
