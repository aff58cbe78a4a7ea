#include "auth/process.hpp"

#include "auth/key_documents.hpp"
#include "auth/program.hpp"
#include "auth/shell_words.hpp"

#include <utility>

namespace sluice::inline v0::auth {

namespace {

class process final : public provider {
public:
    process(std::string command_line, std::chrono::milliseconds limit) : command_line_(std::move(command_line)), limit_(limit) {}

    std::string name() const override { return "credential_process"; }

    awaitable<result<credentials>> fetch() override {
        auto words = shell_words(command_line_);
        if (!words) co_return words.error();
        program what;
        what.name = name();
        what.words = *std::move(words);
        what.limit = limit_;
        result<std::string> const printed = co_await output_of(&around_, std::move(what));
        if (!printed) co_return printed.error();
        co_return parse_process_keys(*printed);
    }

private:
    surroundings const around_;
    std::string const command_line_;
    std::chrono::milliseconds const limit_;
};

}  // namespace

std::shared_ptr<provider> process_keys(std::string command_line, std::chrono::milliseconds const limit) {
    return std::make_shared<process>(std::move(command_line), limit);
}

}  // namespace sluice::inline v0::auth
