#pragma once

#include "options.hpp"
#include "session.hpp"

namespace sluice::inline v0::cli {

// Each blocks until it is done; what ends it early is thrown, what concerns one of several objects is reported.
void run_ls(session& at, ls_options const& options);
void run_cat(session& at, cat_options const& options);
void run_stat(session& at, stat_options const& options);
void run_cp(session& at, cp_options const& options);
void run_rm(session& at, rm_options const& options);
void run_uploads_ls(session& at, uploads_ls_options const& options);
void run_uploads_abort(session& at, uploads_abort_options const& options);
void run_mb(session& at, mb_options const& options);
void run_rb(session& at, rb_options const& options);
void run_presign(session& at, presign_url_options const& options);
void run_doctor(session& at, doctor_options const& options);
void run_bench(session& at, bench_options const& options);

range_engine_options engine_options(session& at, transfer_options const& transfer);

}  // namespace sluice::inline v0::cli
