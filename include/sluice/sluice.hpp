#pragma once

// For programs; the library itself includes what it uses.
#include <sluice/async/deadline.hpp>
#include <sluice/async/runtime.hpp>
#include <sluice/async/semaphore.hpp>
#include <sluice/async/shield.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/azure.hpp>
#include <sluice/azure_container.hpp>
#include <sluice/azure_credentials.hpp>
#include <sluice/file.hpp>
#include <sluice/gcs.hpp>
#include <sluice/gcs_bucket.hpp>
#include <sluice/gcs_credentials.hpp>
#include <sluice/listing.hpp>
#include <sluice/memory.hpp>
#include <sluice/object_store.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/presign.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>
#include <sluice/s3_bucket.hpp>
#include <sluice/wrap/faulty.hpp>
#include <sluice/wrap/limited.hpp>
#include <sluice/wrap/observed.hpp>
#include <sluice/wrap/prefixed.hpp>
