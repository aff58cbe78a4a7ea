#include "testing/world/services.hpp"

#include <utility>

namespace sluice::inline v0::testing {
namespace {

class script_conversation final : public http_conversation {
public:
    script_conversation(wire_end& wire, std::function<scripted_reply(received_request const&)> responder)
        : http_conversation(wire),
          responder_(std::move(responder)) {}

private:
    bool on_head(received_request&) override { return true; }

    void on_request(received_request& request) override {
        reply_ = responder_(request);
        piece_ = 0;
        if (reply_.first_pause > std::chrono::milliseconds(0))
            wire().after(reply_.first_pause, [this] { go_on(); });
        else
            go_on();
    }

    void on_nonsense(received_request const&, std::string const& complaint) override {
        wire().send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: " + std::to_string(complaint.size()) + "\r\n\r\n" +
                    complaint);
        wire().close();
    }

    void go_on() {
        while (piece_ < reply_.pieces.size()) {
            wire().send(std::move(reply_.pieces[piece_++]));
            if (piece_ < reply_.pieces.size() && reply_.pause > std::chrono::milliseconds(0))
                return wire().after(reply_.pause, [this] { go_on(); });
        }
        if (reply_.reset) return wire().reset();
        if (reply_.close || reply_.truncate) return wire().close();
        next();
    }

    std::function<scripted_reply(received_request const&)> responder_;
    scripted_reply reply_;
    std::size_t piece_ = 0;
};

}  // namespace

service script_service_of(std::function<scripted_reply(received_request const&)> responder) {
    return [responder](wire_end& wire) -> std::unique_ptr<conversation> { return std::make_unique<script_conversation>(wire, responder); };
}

}  // namespace sluice::inline v0::testing
