// A strict Google Cloud Storage for scripts: gcs-service [payer=PROJECT] [pause=MILLISECONDS] [anonymous]. A pause comes before each write
// is done. Tells its endpoint, and then answers lines: an empty one by what has come so far; "expire" ends all sessions; any other is the
// token that is taken from then on, in place of the one before. When no more comes it tells what is left, and fails when it was sent what
// no correct client sends.
#include <sluice/testing/gcs_server.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice::testing;

namespace {

void tell_counts(gcs_server const& server) {
    service_counts const counts = server.counts();
    std::cout << counts.requests << " requests, " << counts.body_bytes << " bytes, " << server.object_count() << " objects, "
              << server.sessions_open() << " sessions, " << counts.refused << " refused: " << counts.last_refusal << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    gcs_server_options options;
    options.buckets = {"sluice-test"};
    std::chrono::milliseconds pause(0);
    for (std::string_view const given : std::vector<std::string_view>(argv + 1, argv + argc)) {
        std::string const value(given.substr(given.find('=') + 1));
        if (given.starts_with("payer=")) options.user_project = value;
        if (given.starts_with("pause=")) pause = std::chrono::milliseconds(std::stoi(value));
        if (given == "anonymous") options.allow_anonymous = true;
    }
    gcs_server server(options);
    server.on_request([pause](service_request_view const& request) -> std::optional<service_fault> {
        if (pause.count() == 0 || request.method == "GET") return std::nullopt;
        service_fault fault;
        fault.delay = pause;
        return fault;
    });
    std::cout << server.endpoint() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.empty()) {
            tell_counts(server);
        } else if (line == "expire") {
            server.expire_sessions();
            std::cout << "expired" << std::endl;
        } else {
            server.rotate_token(line);
            std::cout << "rotated" << std::endl;
        }
    }
    tell_counts(server);
    return server.counts().refused == 0 ? 0 : 1;
}
