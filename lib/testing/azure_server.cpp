#include <sluice/testing/azure_server.hpp>

#include "testing/azure_desk.hpp"

#include <utility>

namespace sluice::inline v0::testing {

struct azure_server::state {
    explicit state(azure_server_options given)
        : desk(std::move(given),
               [this] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + desk.options.clock_offset; }),
          server([this](received_request const& request) { return desk.serve(request); }, desk.options.certificate_pem,
                 desk.options.key_pem) {
        server.keep_no_requests();
    }

    azure_desk desk;
    script_server server;  // the last member: its threads use the desk
};

azure_server::azure_server(azure_server_options options) : state_(std::make_unique<state>(std::move(options))) {}
azure_server::~azure_server() = default;

std::uint16_t azure_server::port() const noexcept { return state_->server.port(); }
std::string azure_server::endpoint() const { return state_->server.endpoint() + '/' + state_->desk.options.account; }
std::uint64_t azure_server::blob_count() const { return state_->desk.blobs.count(); }
std::uint64_t azure_server::uncommitted_blocks() const { return state_->desk.blocks.count_uncommitted(); }
std::uint64_t azure_server::connections_open() const noexcept { return state_->server.connections_open(); }
service_counts azure_server::counts() const { return state_->desk.counts(); }
void azure_server::reset_counts() { state_->desk.reset_counts(); }
void azure_server::accept_tokens(std::vector<std::string> tokens) { state_->desk.accept_tokens(std::move(tokens)); }

void azure_server::on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide) {
    state_->desk.on_request(std::move(decide));
}

std::string azure_server::put(std::string const container, std::string const key, std::string data) {
    return state_->desk.put(container, key, std::move(data));
}

std::optional<std::string> azure_server::get(std::string const container, std::string const key) const {
    auto const object = state_->desk.blobs.find(container, key);
    if (!object) return std::nullopt;
    return *object->data;
}

}  // namespace sluice::inline v0::testing
