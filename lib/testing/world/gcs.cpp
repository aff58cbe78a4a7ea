#include <sluice/testing/world_gcs.hpp>

#include "async/clock.hpp"
#include "testing/gcs_desk.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace sluice::inline v0::testing {

struct world_gcs::state {
    state(gcs_server_options options, std::function<unix_seconds()> time, std::string host)
        : desk(std::move(options), std::move(time)),
          endpoint("http://" + host) {}

    gcs_desk desk;
    std::string const endpoint;
};

world_gcs::world_gcs(std::shared_ptr<state> s) noexcept : state_(std::move(s)) {}

gcs_settings world_gcs::settings() const {
    gcs_settings settings;
    settings.bucket = state_->desk.options.buckets.front();
    settings.endpoint = state_->endpoint;
    settings.project = state_->desk.options.project;
    settings.tokens = static_token(state_->desk.options.token);
    return settings;
}

std::string world_gcs::endpoint() const { return state_->endpoint; }

void world_gcs::on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide) {
    state_->desk.on_request(std::move(decide));
}

void world_gcs::rotate_token(std::string token) { state_->desk.rotate_token(std::move(token)); }
void world_gcs::expire_sessions() { state_->desk.expire_sessions(); }

std::string world_gcs::put(std::string const bucket, std::string const key, std::string data,
                           std::vector<std::pair<std::string, std::string>> fields) {
    return state_->desk.put(bucket, key, std::move(data), std::move(fields));
}

void world_gcs::remove(std::string const bucket, std::string const key) { state_->desk.objects.erase(bucket, key); }

std::vector<std::string> world_gcs::keys(std::string const bucket) const {
    gcs_page_query all;
    all.limit = SIZE_MAX;
    std::vector<std::string> names;
    for (gcs_object const& object : state_->desk.objects.list(bucket, all).objects) names.push_back(object.name);
    return names;
}

std::optional<std::string> world_gcs::get(std::string const bucket, std::string const key) const {
    auto const object = state_->desk.objects.find(bucket, key);
    if (!object) return std::nullopt;
    return *object->data;
}

std::uint64_t world_gcs::object_count() const { return state_->desk.objects.count(); }
std::uint64_t world_gcs::sessions_open() const { return state_->desk.sessions_open(); }
service_counts world_gcs::counts() const { return state_->desk.counts(); }

world_gcs serve_gcs(world& where, std::string host, gcs_server_options options) {
    auto const time = [&where] {
        return std::chrono::floor<std::chrono::seconds>(async::clock::of(where.context().get_executor()).wall());
    };
    auto made = std::make_shared<world_gcs::state>(std::move(options), time, host);
    where.serve(std::move(host), [made](received_request const& request) { return made->desk.serve(request); });
    return world_gcs(std::move(made));
}

}  // namespace sluice::inline v0::testing
