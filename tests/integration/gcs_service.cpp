// A strict Google Cloud Storage for scripts: gcs-service [PAYER]. Tells its endpoint; each line that comes is the token that it takes from
// then on, in place of the one before. When no more comes it tells what is left, and fails when it was sent what no correct client sends.
#include <sluice/testing/gcs_server.hpp>

#include <cstdio>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    sluice::testing::gcs_server_options options;
    options.buckets = {"sluice-test"};
    if (argc > 1) options.user_project = argv[1];
    sluice::testing::gcs_server server(options);
    std::printf("%s\n", server.endpoint().c_str());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        server.rotate_token(line);
        std::printf("rotated\n");
        std::fflush(stdout);
    }
    sluice::testing::service_counts const counts = server.counts();
    std::printf("%llu objects, %llu sessions, %llu refused: %s\n", static_cast<unsigned long long>(server.object_count()),
                static_cast<unsigned long long>(server.sessions_open()), static_cast<unsigned long long>(counts.refused),
                counts.last_refusal.c_str());
    return counts.refused == 0 ? 0 : 1;
}
