#include <sluice/testing/gcs_server.hpp>

#include "testing/gcs_desk.hpp"

#include <chrono>
#include <utility>

namespace sluice::inline v0::testing {

struct gcs_server::state {
    explicit state(gcs_server_options const& options)
        : desk(options, [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }),
          server([this](received_request const& request) { return desk.serve(request); }, options.certificate_pem, options.key_pem) {}

    gcs_desk desk;
    script_server server;  // the last member: its threads use the desk
};

gcs_server::gcs_server(gcs_server_options options) : state_(std::make_unique<state>(options)) {}
gcs_server::~gcs_server() = default;

std::string gcs_server::endpoint() const { return state_->server.endpoint(); }
void gcs_server::on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide) {
    state_->desk.on_request(std::move(decide));
}
void gcs_server::rotate_token(std::string token) { state_->desk.rotate_token(std::move(token)); }
void gcs_server::expire_sessions() { state_->desk.expire_sessions(); }

void gcs_server::put(std::string const bucket, std::string const key, std::string data,
                     std::vector<std::pair<std::string, std::string>> fields) {
    state_->desk.put(bucket, key, std::move(data), std::move(fields));
}

std::optional<std::string> gcs_server::get(std::string const bucket, std::string const key) const {
    auto const object = state_->desk.objects.find(bucket, key);
    if (!object) return std::nullopt;
    return *object->data;
}

std::uint64_t gcs_server::object_count() const { return state_->desk.objects.count(); }
std::uint64_t gcs_server::sessions_open() const { return state_->desk.sessions_open(); }
service_counts gcs_server::counts() const { return state_->desk.counts(); }
void gcs_server::reset_counts() { state_->desk.reset_counts(); }
std::vector<std::string> gcs_server::errors() const { return state_->server.errors(); }
std::uint64_t gcs_server::connections_open() const noexcept { return state_->server.connections_open(); }

}  // namespace sluice::inline v0::testing
