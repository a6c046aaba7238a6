// Keys of clients to and from bytes.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_API_KEY_CODEC_H_
#define SKONTRO_ENGINE_API_KEY_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"

namespace skontro::storage::v1 {
class ApiKeyCreated;
}  // namespace skontro::storage::v1

namespace skontro::engine {

// The message inside an event, a row and a checkpoint. Reading returns
// DATA_LOSS for a role or kind that this version does not know, and for a
// digest that is none.
void WriteApiKey(const ApiKeyCreated& from, storage::v1::ApiKeyCreated* to);
absl::StatusOr<ApiKeyCreated> ReadApiKey(
    const storage::v1::ApiKeyCreated& from);

// Rows of the family `api_key`. DATA_LOSS for what is no such row.
std::string EncodeApiKeyRow(const ApiKeyRow& row);
absl::StatusOr<ApiKeyRow> DecodeApiKeyRow(std::string_view bytes);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_API_KEY_CODEC_H_
