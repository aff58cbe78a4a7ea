#pragma once

#include "testing/s3_desk.hpp"
#include "testing/world/conversation.hpp"

#include <functional>
#include <memory>

namespace sluice::inline v0::testing {

/// What a host of a world serves: makes a conversation of each connection.
using service = std::function<std::unique_ptr<conversation>(wire_end&)>;

service s3_service_of(std::shared_ptr<s3_desk> desk);
service script_service_of(std::function<scripted_reply(received_request const&)> responder);

}  // namespace sluice::inline v0::testing
