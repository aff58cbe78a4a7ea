// For the tests: starts the S3-shaped server with a few objects, runs a program against it, checks its exit code and what it prints.
//   run_with_server EXPECTED_OUTPUT PROGRAM [ARGUMENTS..]
#include <sluice/testing/s3_server.hpp>

#include <sys/wait.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

using namespace sluice::testing;

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    s3_server_options const options;
    s3_server server(options);
    server.put("bucket", "hello.txt", "hello, world");
    server.put("bucket", "big.bin", std::string(20 << 20, 'b'));
    server.put("bucket", "slow", "late");
    for (int i = 0; i < 25; ++i) server.put("bucket", "many/" + std::to_string(i), std::string(100, 'm'));
    server.put("bucket", "many/folder/x", "x");
    server.on_request([](s3_request_view const& request) -> std::optional<s3_fault> {
        s3_fault late;
        late.delay = std::chrono::seconds(20);
        return request.key == "slow" ? std::optional(late) : std::nullopt;
    });

    ::setenv("AWS_ENDPOINT_URL", server.endpoint().c_str(), 1);
    ::setenv("AWS_ACCESS_KEY_ID", options.access_key.c_str(), 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", options.secret_key.c_str(), 1);
    ::setenv("AWS_REGION", options.region.c_str(), 1);
    ::setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    ::setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    for (char const* const name : {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT",
                                   "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"})
        ::unsetenv(name);

    std::string command = "exec";
    for (int i = 2; i < argc; ++i) command += " '" + std::string(argv[i]) + '\'';
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return 1;
    std::string output;
    std::array<char, 4096> piece{};
    while (std::size_t const n = std::fread(piece.data(), 1, piece.size(), pipe)) output.append(piece.data(), n);
    int const status = ::pclose(pipe);
    std::cout << output;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::cerr << "the program failed with status " << status << '\n';
        return 1;
    }
    if (output.find(argv[1]) == std::string::npos) {
        std::cerr << "expected to see: " << argv[1] << '\n';
        return 1;
    }
    if (server.counts().refused != 0) {
        std::cerr << "the server refused: " << server.counts().last_refusal << '\n';
        return 1;
    }
}
