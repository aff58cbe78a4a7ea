#pragma once

#include "backend/gcs/chunked_payload.hpp"
#include "backend/gcs/core.hpp"
#include "backend/gcs/request.hpp"
#include "backend/gcs/session_keeping.hpp"
#include "backend/gcs/session_note.hpp"

#include <sluice/options.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace sluice::inline v0::gcs {

/// What a resumable upload writes, and how far it has come.
struct session_state {
    session_state(std::shared_ptr<core const> where, object_key as, payload of, put_options const& how, target_condition asked_for)
        : store(std::move(where)),
          key(std::move(as)),
          data(std::move(of)),
          options(how),
          condition(std::move(asked_for)) {}

    std::shared_ptr<core const> const store;
    object_key const key;
    chunked_payload const data;
    put_options const& options;
    target_condition const condition;
    kept_session kept;
    std::string asked;  // see `digest_of`
    std::string put_id;
    std::string described;        // metadata of the object
    std::string target;           // of the session; empty: there is none
    std::string superseded;       // the session of another upload of this name
    std::uint64_t committed = 0;  // bytes the service has, as far as it told
    std::uint64_t sent = 0;       // bytes it may have
    std::uint64_t furthest = 0;   // of all sessions of this put
    bool ask = false;             // it is to be asked first how far it is
    unsigned restarts = 0;

    void begin_anew() {
        target.clear();
        committed = sent = 0;
        ask = false;
    }
    /// With what another process has left, which may be all of it.
    void go_on() {
        target = kept.note.target;
        put_id = kept.note.put_id;
        sent = data.size();
        ask = true;
    }
    /// What another process needs to go on.
    session_note note() const {
        session_note now;
        now.asked = asked;
        now.put_id = put_id;
        now.target = target;
        now.summed = data.summed_up().size;
        now.crc = data.summed_up().crc;
        return now;
    }
};

}  // namespace sluice::inline v0::gcs
