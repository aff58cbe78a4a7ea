#include "auth/ask_token.hpp"

#include "async/clock.hpp"
#include "auth/token_documents.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

awaitable<result<access_token>> ask_token(key_request request, std::string secret, char const* const advice) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    result<key_answer> const answer = co_await auth::fetch(std::move(request));
    if (!answer) co_return answer.error();
    if (answer->status != 200) co_return token_refused(*answer, secret, advice);
    co_return parse_oauth_token(answer->text, async::clock::of(executor).wall());
}

}  // namespace sluice::inline v0::auth
