#include "auth/google_subject.hpp"

#include "async/clock.hpp"
#include "auth/fetch.hpp"
#include "auth/google_requests.hpp"
#include "auth/instance.hpp"
#include "auth/program.hpp"
#include "auth/read_secret.hpp"
#include "auth/shell_words.hpp"
#include "auth/token_documents.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr char const* executable_name = "the executable of the external account";

awaitable<result<std::string>> from_file(surroundings const* around, subject_source const* from) {
    result<std::string> text = co_await read_secret(around, from->file);
    if (!text) co_return std::move(text);
    co_return subject_token_in(std::move(*text), from->member);
}

awaitable<result<std::string>> from_url(subject_source const* from) {
    key_request request;
    request.to = from->url;
    for (auto const& [name, value] : from->headers) request.headers.add(name, value);
    result<key_answer> answer = co_await auth::fetch(std::move(request));
    if (!answer) co_return std::move(answer).error();
    if (answer->status != 200) co_return token_refused(*answer, {}, "from the url of credential_source");
    co_return subject_token_in(std::move(answer->text), from->member);
}

program executable_of(external_account const& account, std::vector<std::string> words) {
    program what;
    what.name = executable_name;
    what.words = std::move(words);
    what.limit = account.subject.limit;
    what.variables.emplace_back("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", account.audience);
    what.variables.emplace_back("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", account.subject_token_type);
    what.variables.emplace_back("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0");
    if (account.acts_as) what.variables.emplace_back("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", account.acts_as->email);
    std::string const& file = account.subject.output_file;
    if (!file.empty()) what.variables.emplace_back("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", file);
    return what;
}

/// What the command left before, as long as it is good.
awaitable<std::optional<std::string>> left_in_file(surroundings const* around, std::string file, wall_time now) {
    if (file.empty()) co_return std::nullopt;
    result<std::string> const text = co_await read_secret(around, std::move(file));
    if (!text) co_return std::nullopt;
    auto token = parse_executable_token(*text, true, now);
    if (!token) co_return std::nullopt;
    co_return *std::move(token);
}

awaitable<result<std::string>> from_executable(surroundings const* around, external_account const* account) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    if (around->variable("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES") != "1")
        co_return failure(errc::invalid_argument,
                          "the external account wants an executable to be run, which needs GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1");
    auto words = shell_words(account->subject.command, executable_name);
    if (!words) co_return words.error();
    wall_time const now = async::clock::of(executor).wall();
    std::optional<std::string> left = co_await left_in_file(around, account->subject.output_file, now);
    if (left) co_return std::move(*left);
    program what = executable_of(*account, *std::move(words));
    result<std::string> const printed = co_await output_of(around, std::move(what));
    if (!printed) co_return printed.error();
    co_return parse_executable_token(*printed, !account->subject.output_file.empty(), async::clock::of(executor).wall());
}

/// The same surroundings, with AWS's metadata service where the account says that it is.
surroundings with_metadata_at(surroundings around, web_address const& there) {
    around.variable = [inner = around.variable, endpoint = "http://" + there.authority()](char const* name) {
        return std::string_view(name) == "AWS_EC2_METADATA_SERVICE_ENDPOINT" ? endpoint : inner(name);
    };
    return around;
}

awaitable<result<credentials>> aws_keys(surroundings const* around, subject_source const* from) {
    credentials keys(around->variable("AWS_ACCESS_KEY_ID"), around->variable("AWS_SECRET_ACCESS_KEY"),
                     around->variable("AWS_SESSION_TOKEN"));
    if (!keys.access_key.empty() && !keys.secret_key.empty()) co_return std::move(keys);
    if (!from->keys_at)
        co_return failure(errc::unauthenticated,
                          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and the account names no url for others");
    std::shared_ptr<provider> const machine = instance_keys(with_metadata_at(*around, *from->keys_at));
    result<credentials> found = co_await machine->fetch();
    co_return std::move(found);
}

awaitable<result<std::string>> aws_region(surroundings const* around, subject_source const* from) {
    std::string region = first_of(*around, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    if (!region.empty()) co_return std::move(region);
    if (!from->region_at) co_return failure(errc::invalid_argument, "AWS_REGION is not set, and the account names no region_url");
    surroundings there = with_metadata_at(*around, *from->region_at);
    result<std::string> zone = co_await instance_text(std::move(there), from->region_at->target);
    if (!zone) co_return std::move(zone);
    zone->resize(zone->find_last_not_of(" \r\n") + 1);
    if (zone->size() < 2) co_return failure(errc::protocol, "the document at region_url is no zone");
    zone->pop_back();  // "us-east-1d"
    co_return std::move(zone);
}

awaitable<result<std::string>> from_aws(surroundings const* around, external_account const* account) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    result<std::string> const region = co_await aws_region(around, &account->subject);
    if (!region) co_return region.error();
    result<credentials> const keys = co_await aws_keys(around, &account->subject);
    if (!keys) co_return keys.error();
    co_return aws_subject_token(*keys, *region, *account, async::clock::of(executor).wall());
}

}  // namespace

awaitable<result<std::string>> subject_token(surroundings const* around, external_account const* account) {
    switch (account->subject.from) {
    case subject_source::kind::file: return from_file(around, &account->subject);
    case subject_source::kind::url: return from_url(&account->subject);
    case subject_source::kind::executable: return from_executable(around, account);
    case subject_source::kind::aws: return from_aws(around, account);
    }
    return from_file(around, &account->subject);
}

}  // namespace sluice::inline v0::auth
