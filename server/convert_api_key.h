// Keys of clients to and from the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_API_KEY_H_
#define SKONTRO_SERVER_CONVERT_API_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/api_key_reader.h"
#include "engine/command.h"
#include "ledger/storage/store.h"
#include "server/form.h"
#include "skontro/v1/key_service.pb.h"

namespace skontro::server {

// The command of the key in `request`, but for its secret and for an id that
// the server chooses. What is wrong with it goes to `form`.
engine::CreateApiKey ReadApiKey(const v1::CreateApiKeyRequest& request,
                                std::string_view network, Form* form);

// The same for another key in place of one.
engine::RotateApiKey ReadRotation(const v1::RotateApiKeyRequest& request,
                                  std::string_view id, Form* form);

// The key as it is at `time_us`. `last_use_us` is 0 where no call came with it,
// or that is not to be shown. Returns DATA_LOSS where it names members that are
// not there, or an error of the disk.
absl::Status WriteApiKey(std::string_view network,
                         const ledger::Snapshot& snapshot,
                         const engine::ApiKeyHistory& key, int64_t time_us,
                         int64_t last_use_us, v1::ApiKey* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_API_KEY_H_
