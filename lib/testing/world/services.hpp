#pragma once

#include "testing/s3_desk.hpp"
#include "testing/world/conversation.hpp"

#include <functional>
#include <memory>
#include <string>

namespace sluice::inline v0::testing {

/// What a host of a world serves: makes a conversation of each connection.
using service = std::function<std::unique_ptr<conversation>(wire_end&)>;

class world_core;

service s3_service_of(std::shared_ptr<s3_desk> desk);
service script_service_of(std::function<scripted_reply(received_request const&)> responder);
/// The same over TLS; what is said within is in the world's trace. Errors: std::invalid_argument when one of the two does not load.
service with_tls(service behind, std::shared_ptr<world_core> core, std::string const& certificate_pem, std::string const& key_pem);

}  // namespace sluice::inline v0::testing
