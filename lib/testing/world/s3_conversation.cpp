#include "testing/world/services.hpp"

#include <utility>

namespace sluice::inline v0::testing {
namespace {

class s3_conversation final : public http_conversation {
public:
    s3_conversation(wire_end& wire, std::shared_ptr<s3_desk> desk) : http_conversation(wire), desk_(std::move(desk)) {
        desk_->add(&s3_server_counts::connections, 1);
    }

private:
    bool on_head(received_request& request) override {
        visit_ = std::make_unique<s3_visit>();
        visit_->raw = std::move(request);
        try {
            desk_->arrive(*visit_);
        } catch (s3_problem const& problem) {
            send(desk_->refuse(*visit_, problem));
            return false;
        }
        bool const asks = !visit_->raw.header("expect").empty();
        if (!asks) return true;
        if (auto const unwanted = desk_->invite(*visit_)) {
            send(*unwanted);
            return false;
        }
        if (desk_->invites()) wire().send("HTTP/1.1 100 Continue\r\n\r\n");
        return true;
    }

    void on_request(received_request& request) override {
        visit_->raw.body = std::move(request.body);
        desk_->add(&s3_server_counts::body_bytes, visit_->raw.body.size());
        desk_->begin(*visit_);
        if (visit_->fault.delay > std::chrono::milliseconds(0))
            wire().after(visit_->fault.delay, [this] { answer(); });
        else
            answer();
    }

    void on_nonsense(received_request const& request, std::string const& complaint) override {
        s3_visit one;
        one.raw = request;
        send(desk_->refuse(one, refusal(complaint)));
    }

    void answer() { send(desk_->answer(*visit_, more_came())); }

    void send(s3_answer const& answer) {
        if (answer.next == s3_answer::then::vanish) return wire().close();
        wire().send(head_of(answer.reply));
        std::string_view const content = answer.content();
        if (answer.reply.object)
            wire().send(answer.reply.object, answer.reply.first, content.size());
        else
            wire().send(std::string(content));
        switch (answer.next) {
        case s3_answer::then::reset: return wire().reset();
        case s3_answer::then::close: return wire().close();
        default: next();
        }
    }

    std::shared_ptr<s3_desk> desk_;
    std::unique_ptr<s3_visit> visit_;
};

}  // namespace

service s3_service_of(std::shared_ptr<s3_desk> desk) {
    return [desk](wire_end& wire) -> std::unique_ptr<conversation> { return std::make_unique<s3_conversation>(wire, desk); };
}

}  // namespace sluice::inline v0::testing
