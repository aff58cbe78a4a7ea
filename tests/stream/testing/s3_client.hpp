#pragma once

#include "stream/testing/raw_client.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

inline std::string digest_of(std::string_view data, EVP_MD const* kind) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(data.data(), data.size(), out, &size, kind, nullptr);
    return std::string(reinterpret_cast<char*>(out), size);
}

inline std::string hex_of(std::string_view bytes) {
    std::string out;
    for (char const c : bytes) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += two;
    }
    return out;
}

inline std::string base64_of(std::string_view bytes) {
    std::string out(bytes.size() * 2 + 8, '\0');
    auto const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<unsigned char const*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

inline std::string hmac_of(std::string_view key, std::string_view data) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(data.data()), data.size(), out,
         &size);
    return std::string(reinterpret_cast<char*>(out), size);
}

inline std::string md5_of(std::string_view data) { return base64_of(digest_of(data, EVP_md5())); }

/// One request before it is signed, with every mistake a test may want to make.
struct s3_call {
    s3_call(std::string method, std::string target, header_list headers = {}, std::string body = {})
        : method(std::move(method)),
          target(std::move(target)),
          headers(std::move(headers)),
          body(std::move(body)) {}

    std::string method, target;
    header_list headers;
    std::string body;
    std::string host = "127.0.0.1";
    std::string access_key = "AKIDEXAMPLE", secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region = "us-east-1", service = "s3";
    std::string payload = "UNSIGNED-PAYLOAD";
    std::string unsigned_header;  ///< left out of the signature
    std::string late_header;      ///< "name: value" sent, but unknown to the signature
    std::chrono::seconds offset{0};

    std::string text() const {
        std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + offset);
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        char stamp[20];
        std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
        header_list all{{"host", host}, {"x-amz-date", stamp}, {"x-amz-content-sha256", payload}};
        all.insert(all.end(), headers.begin(), headers.end());
        std::ranges::sort(all);
        std::string lines, names, canonical;
        for (auto const& [name, value] : all) {
            lines += name + ": " + value + "\r\n";
            if (name == unsigned_header) continue;
            canonical += name + ":" + value + "\n";
            names += (names.empty() ? "" : ";") + name;
        }
        std::string const scope = std::string(stamp, 8) + "/" + region + "/" + service + "/aws4_request";
        std::string const request =
            method + "\n" + target.substr(0, target.find('?')) + "\n" + sorted_query() + "\n" + canonical + "\n" + names + "\n" + payload;
        std::string const to_sign =
            std::string("AWS4-HMAC-SHA256\n") + stamp + "\n" + scope + "\n" + hex_of(digest_of(request, EVP_sha256()));
        std::string key = "AWS4" + secret_key;
        for (std::string const& step : {std::string(stamp, 8), region, service, std::string("aws4_request")}) key = hmac_of(key, step);
        std::string out = method + " " + target + " HTTP/1.1\r\n" + lines + "authorization: AWS4-HMAC-SHA256 Credential=" + access_key +
                          "/" + scope + ",SignedHeaders=" + names + ",Signature=" + hex_of(hmac_of(key, to_sign)) + "\r\n";
        if (!late_header.empty()) out += late_header + "\r\n";
        if (method == "PUT" || method == "POST") out += "content-length: " + std::to_string(body.size()) + "\r\n";
        return out + "\r\n" + body;
    }

private:
    std::string sorted_query() const {
        auto const question = target.find('?');
        if (question == target.npos) return {};
        std::vector<std::string> pairs;
        for (std::string rest = target.substr(question + 1);;) {
            auto const end = std::min(rest.find('&'), rest.size());
            std::string pair = rest.substr(0, end);
            pairs.push_back(pair.find('=') == pair.npos ? pair + "=" : pair);
            if (end == rest.size()) break;
            rest.erase(0, end + 1);
        }
        std::ranges::sort(pairs);
        std::string out;
        for (std::string const& pair : pairs) out += (out.empty() ? "" : "&") + pair;
        return out;
    }
};

struct s3_answer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;

    /// The text of the first element of that name.
    std::string element(std::string const& name) const {
        auto const start = body.find("<" + name + ">");
        if (start == body.npos) return "(no " + name + ")";
        auto const from = start + name.size() + 2;
        return body.substr(from, body.find("</" + name + ">", from) - from);
    }
    std::vector<std::string> elements(std::string const& name) const {
        std::vector<std::string> out;
        for (std::size_t at = 0; (at = body.find("<" + name + ">", at)) != body.npos;) {
            at += name.size() + 2;
            out.push_back(body.substr(at, body.find("</" + name + ">", at) - at));
        }
        return out;
    }
};

/// Reads one answer; status 0 when the connection ended before its head did.
inline s3_answer read_answer(raw_client& client, bool head_only) {
    s3_answer answer;
    std::string const head = client.take_until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return answer;
    answer.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
        auto const end = head.find("\r\n", at), colon = head.find(": ", at);
        answer.headers[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
        at = end + 2;
    }
    auto const length = answer.headers.find("Content-Length");
    if (!head_only && length != answer.headers.end()) answer.body = client.take(std::stoull(length->second));
    return answer;
}

inline s3_answer exchange(raw_client& client, s3_call const& call) {
    client.send(call.text());
    return read_answer(client, call.method == "HEAD");
}

}  // namespace sluice::test
