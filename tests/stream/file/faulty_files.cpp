#include "faulty_files.hpp"

#include <utility>

namespace sluice::test {

namespace {

class faulty_provider final : public uring::files_provider {
public:
    faulty_provider(std::unique_ptr<uring::files_provider> real, fault_script& script) : real_(std::move(real)), script_(script) {}

    awaitable<std::int32_t> perform(uring::request what) override {
        std::uint64_t const number = script_.calls++;
        std::int32_t const instead = script_.before(number, what);
        if (instead != 0 && what.what == uring::opcode::close) real_->close_now(what.fd);  // it is gone, whatever the answer
        if (instead != 0) co_return instead;
        std::int32_t const answer = co_await real_->perform(what);
        co_return script_.after(number, what, answer);
    }
    void close_now(int fd) noexcept override { real_->close_now(fd); }
    void remove_now(int directory, char const* name) noexcept override { real_->remove_now(directory, name); }
    int duplicate(int fd) noexcept override { return real_->duplicate(fd); }
    std::string description() const override { return "faulty " + real_->description(); }
    void drain() noexcept override { real_->drain(); }
    void drop() noexcept override { real_->drop(); }

private:
    std::unique_ptr<uring::files_provider> real_;
    fault_script& script_;
};

}  // namespace

void go_by(boost::asio::any_io_executor const& executor, fault_script& script) {
    uring::files& files = uring::files::of(executor);
    files.replace(std::make_unique<faulty_provider>(files.real_provider(), script));
}

}  // namespace sluice::test
