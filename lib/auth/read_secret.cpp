#include "auth/read_secret.hpp"

#include "async/blocking.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::auth {

awaitable<result<std::string>> read_secret(surroundings const* const around, std::string path) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    using outcome = result<std::optional<std::string>>;
    auto const found = std::make_shared<outcome>(std::optional<std::string>());
    std::function<void()> work = [found, file = around->file, path] { *found = file(path); };
    co_await async::blocking::of(executor).run(work);
    if (!*found) co_return found->error();
    if (!**found) co_return failure(errc::not_found, "there is no file " + path);
    std::string text = std::move(***found);
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    if (text.empty()) co_return failure(errc::invalid_argument, "the file " + path + " is empty");
    co_return text;
}

}  // namespace sluice::inline v0::auth
