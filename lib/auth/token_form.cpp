#include "auth/token_form.hpp"

#include "base/hash.hpp"
#include "base/percent.hpp"

#include <span>

namespace sluice::inline v0::auth {

std::string token_form(std::initializer_list<std::pair<std::string_view, std::string_view>> const fields) {
    std::string form;
    for (auto const& [name, value] : fields) {
        if (value.empty()) continue;
        if (!form.empty()) form += '&';
        form.append(name).append("=");
        base::percent_encode(form, value, false);
    }
    return form;
}

key_request form_request(web_address to, std::string form, way_out const& by) {
    key_request request;
    request.method = "POST";
    request.to = std::move(to);
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Accept", "application/json");
    request.body = std::move(form);
    request.ca_file = by.ca_file;
    request.network = by.network;
    request.limit = std::chrono::seconds(10);
    return request;
}

std::string basic_authorization(std::string_view const name, std::string_view const password) {
    std::string both(name);
    both.append(":").append(password);
    return "Basic " + base::base64_encode(std::as_bytes(std::span(both)));
}

}  // namespace sluice::inline v0::auth
