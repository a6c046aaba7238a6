#include "server/page_token.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "ledger/base/limits.h"
#include "ledger/big_endian.h"
#include "server/request_hash.h"

namespace skontro::server {
namespace {

// Token: hash (8), sequence (8), key. In base64 without padding.
constexpr size_t kHashLength = 8;
constexpr size_t kHeadLength = 16;

uint64_t HashOf(std::string_view key, std::string_view scope,
                std::string_view position) {
  // Nothing else that is hashed under this key begins like this.
  std::string bytes("page token\n");
  ledger::AppendBigEndian(&bytes, static_cast<uint64_t>(scope.size()));
  bytes.append(scope);
  bytes.append(position);
  return KeyedHash(key, bytes);
}

}  // namespace

std::string PageScope(std::string_view method,
                      const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> filter(request.New());
  filter->CopyFrom(request);
  for (const char* name : {"page_size", "page_token", "min_sequence"}) {
    const auto* field = filter->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) filter->GetReflection()->ClearField(&*filter, field);
  }
  std::string scope(method);
  scope.push_back('\n');
  scope.append(filter->SerializePartialAsString());
  return scope;
}

std::string SealPageToken(std::string_view key, std::string_view scope,
                          const PagePosition& position) {
  std::string tail;
  ledger::AppendBigEndian(&tail, static_cast<uint64_t>(position.sequence));
  tail.append(position.key);
  std::string bytes;
  ledger::AppendBigEndian(&bytes, HashOf(key, scope, tail));
  bytes.append(tail);
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<PagePosition> OpenPageToken(std::string_view key,
                                          std::string_view scope,
                                          std::string_view token) {
  std::string bytes;
  if (token.size() > kPageTokenLengthMax ||
      !absl::WebSafeBase64Unescape(std::string(token), &bytes) ||
      bytes.size() < kHeadLength) {
    return std::nullopt;
  }
  const std::string_view view = bytes;
  const std::string_view tail = view.substr(kHashLength);
  if (ledger::ReadBigEndian<uint64_t>(view) != HashOf(key, scope, tail)) {
    return std::nullopt;
  }
  PagePosition position;
  position.sequence = ledger::Sequence{ledger::ReadBigEndian<uint64_t>(tail)};
  position.key = std::string(view.substr(kHeadLength));
  // Base64 has more than one text for the same bytes; a token has one.
  if (SealPageToken(key, scope, position) != token) return std::nullopt;
  return position;
}

}  // namespace skontro::server
