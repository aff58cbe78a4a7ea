#include "auth/instance.hpp"

#include "auth/fetch.hpp"
#include "auth/key_documents.hpp"
#include "base/percent.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr char const* roles = "/latest/meta-data/iam/security-credentials/";

/// A whole number from 1 to `most`; `otherwise` for nothing. Nothing is also what cannot be one.
result<unsigned> small_number(surroundings const& around, char const* const name, unsigned const otherwise, unsigned const most) {
    std::string const text = around.variable(name);
    if (text.empty()) return otherwise;
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const good = error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most;
    if (!good) return failure(errc::invalid_argument, std::string(name) + " must be a number from 1 to " + std::to_string(most));
    return value;
}

class instance final : public provider {
public:
    explicit instance(surroundings around) : around_(std::move(around)) {}

    std::string name() const override { return "the metadata service of EC2"; }

    awaitable<result<std::string>> text(std::string target) const {
        result<key_request> const base = to_service();
        if (!base) co_return base.error();
        result<std::string> const token = co_await session(*base);
        if (!token) co_return token.error();
        result<std::string> found = co_await text_at(*base, *token, std::move(target));
        co_return std::move(found);
    }

    awaitable<result<credentials>> fetch() override {
        result<key_request> const base = to_service();
        if (!base) co_return base.error();
        result<std::string> const token = co_await session(*base);
        if (!token) co_return token.error();
        result<std::string> role = co_await text_at(*base, *token, roles);
        if (!role) co_return role.error();
        role->resize(std::min(role->find_first_of("\r\n"), role->size()));
        if (role->empty()) co_return failure(errc::unauthenticated, "the instance has no role");
        std::string where = roles + base::percent_encode(*role);
        result<std::string> const document = co_await text_at(*base, *token, std::move(where));
        if (!document) co_return document.error();
        co_return parse_metadata_keys(*document);
    }

private:
    result<key_request> to_service() const {
        std::string address = around_.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        bool const six = around_.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") == "IPv6";
        if (address.empty()) address = six ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
        auto to = parse_web_address(address, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
        if (!to) return to.error();
        auto const seconds = small_number(around_, "AWS_METADATA_SERVICE_TIMEOUT", 1, 60);
        if (!seconds) return seconds.error();
        auto const attempts = small_number(around_, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 10);
        if (!attempts) return attempts.error();
        key_request request;
        request.to = *std::move(to);
        request.limit = std::chrono::seconds(*seconds);
        request.attempts = *attempts;
        return request;
    }

    static awaitable<result<std::string>> session(key_request request) {
        request.method = "PUT";
        request.to.target = "/latest/api/token";
        request.headers.add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        result<key_answer> answer = co_await auth::fetch(std::move(request));
        if (!answer) {
            failure f = std::move(answer).error();
            f.info().detail += " (inside a container the instance's hop limit must be 2 or more)";
            co_return std::move(f);
        }
        if (answer->status != 200) co_return refused_with(*answer, "to the request for a session (IMDSv2)");
        co_return std::move(answer->text);
    }

    static awaitable<result<std::string>> text_at(key_request request, std::string token, std::string target) {
        request.to.target = std::move(target);
        request.headers.add("x-aws-ec2-metadata-token", token);
        result<key_answer> answer = co_await auth::fetch(std::move(request));
        if (!answer) co_return std::move(answer).error();
        if (answer->status == 404) co_return refused_with(*answer, "the instance has no role");
        if (answer->status != 200) co_return refused_with(*answer);
        co_return std::move(answer->text);
    }

    surroundings const around_;
};

}  // namespace

awaitable<result<std::string>> instance_text(surroundings around, std::string target) {
    instance const service(std::move(around));
    result<std::string> found = co_await service.text(std::move(target));
    co_return std::move(found);
}

std::shared_ptr<provider> instance_keys(surroundings around) { return std::make_shared<instance>(std::move(around)); }

}  // namespace sluice::inline v0::auth
