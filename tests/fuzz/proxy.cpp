// Proxies: what is read is what is written again; who is exempt by a list is so by one of its entries; networks against a naive reading.
#include "input.hpp"

#include "base/ascii.hpp"
#include "net/route.hpp"

#include <arpa/inet.h>

using namespace sluice;

namespace {

void read_and_write(std::string const& url) {
    auto const to = net::parse_proxy(url, "http_proxy");
    if (!to) return fuzz::must(to.error().info().detail.size() < 200 && to.error().reason() == errc::invalid_argument, "a short error");
    fuzz::must(!to->host.empty() && to->port != 0 && to->host.find_first_of(" /@#?\r\n") == std::string::npos, "a host and a port");
    fuzz::must(fuzz::is_one_line(to->authorization), "what may stand in a header");
    auto const again = net::parse_proxy("http://" + net::with_port(to->host, to->port), "http_proxy");
    fuzz::must(again && again->host == to->host && again->port == to->port && again->authorization.empty(), "the same again");
}

/// Bits of an IPv4 network one by one.
bool naive_network(std::string const& network, unsigned const bits, std::string const& host) {
    in_addr a{}, b{};
    if (inet_pton(AF_INET, network.c_str(), &a) != 1 || inet_pton(AF_INET, host.c_str(), &b) != 1) return false;
    for (unsigned bit = 0; bit < bits; ++bit)
        if (((ntohl(a.s_addr) ^ ntohl(b.s_addr)) >> (31 - bit)) & 1) return false;
    return true;
}

}  // namespace

void fuzz::run(input in) {
    auto const port = static_cast<std::uint16_t>(in.number(65'535));
    auto const bits = static_cast<unsigned>(in.number(32));
    std::string const url(in.line()), host(in.line()), list(in.line()), network(in.line());
    read_and_write(url);
    bool any = false;
    for (std::string_view rest = list; !rest.empty();) {
        std::string_view const one = rest.substr(0, rest.find_first_of(", \t\r\n"));
        any = any || net::is_exempt(one, host, port);
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    }
    must(net::is_exempt(list, host, port) == any, "by one of the entries");
    bool const scoped = (list + host).find('%') != std::string::npos;  // a device's name has its case
    must(scoped || net::is_exempt(base::lower(list), base::lower(host), port) == any, "whatever the case of letters");
    must(net::is_exempt("*", host, port) && !net::is_exempt("", host, port), "all, and none");
    bool const v4 = (network + host).find('\0') == std::string::npos && naive_network(network, 0, host);
    if (v4)
        must(net::is_exempt(network + '/' + std::to_string(bits), host, port) == naive_network(network, bits, host),
             "a network, bit by bit");
    network_options options;
    options.http_proxy = url;
    options.no_proxy = list;
    auto const way = net::choose_route(options, host, port, false);
    must(!way || !*way || !any, "no proxy for who is exempt");
}
