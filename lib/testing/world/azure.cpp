#include "testing/azure_desk.hpp"

#include <sluice/testing/world.hpp>

#include <utility>

namespace sluice::inline v0::testing {

struct world_azure::state {
    std::shared_ptr<azure_desk> desk;
    std::string endpoint;
};

world_azure::world_azure(std::shared_ptr<state> s) noexcept : state_(std::move(s)) {}

world_azure world::serve_azure(std::string host, azure_server_options options) {
    auto made = std::make_shared<world_azure::state>();
    made->endpoint = "http://" + host + '/' + options.account;
    std::chrono::seconds const offset = options.clock_offset;
    made->desk = std::make_shared<azure_desk>(std::move(options), [time = clock(), offset] { return time() + offset; });
    serve(std::move(host), [desk = made->desk](received_request const& request) { return desk->serve(request); });
    return world_azure(std::move(made));
}

azure_settings world_azure::settings() const {
    azure_server_options const& serves = state_->desk->options;
    azure_settings settings;
    settings.account = serves.account;
    settings.account_key = serves.account_key;
    settings.container = serves.containers.front();
    settings.endpoint = state_->endpoint;
    settings.checksum = azure_checksum::crc64;
    return settings;
}

void world_azure::on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide) {
    state_->desk->on_request(std::move(decide));
}

void world_azure::accept_tokens(std::vector<std::string> tokens) { state_->desk->accept_tokens(std::move(tokens)); }

std::string world_azure::put(std::string container, std::string key, std::string data) {
    return state_->desk->put(container, key, std::move(data));
}

std::optional<std::string> world_azure::get(std::string container, std::string key) const {
    auto const object = state_->desk->blobs.find(container, key);
    if (!object) return std::nullopt;
    return *object->data;
}

void world_azure::remove(std::string container, std::string key) {
    state_->desk->blobs.erase(container, key);
    state_->desk->blocks.forget({container, key});
}

std::uint64_t world_azure::uncommitted_blocks() const { return state_->desk->blocks.count_uncommitted(); }
service_counts world_azure::counts() const { return state_->desk->counts(); }

}  // namespace sluice::inline v0::testing
