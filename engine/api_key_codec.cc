#include "engine/api_key_codec.h"

#include <algorithm>

#include "engine/permission.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "skontro/storage/v1/event.pb.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::engine {

namespace pb = storage::v1;

void WriteApiKey(const ApiKeyCreated& from, pb::ApiKeyCreated* to) {
  to->set_id(from.id);
  to->set_identity(from.identity);
  to->set_role(static_cast<uint32_t>(from.role));
  for (const MemberNumber member : from.members) {
    to->add_members()->set_number(static_cast<uint64_t>(member));
  }
  to->set_spending_ceiling(from.spending_ceiling.minor_units());
  to->set_credit_mandate(from.credit_mandate.minor_units());
  to->set_expire_time_us(from.expire_time_us);
  to->set_kind(static_cast<uint32_t>(from.kind));
  to->set_digest(from.digest);
  to->set_replaces(from.replaces);
  to->set_replaced_expire_time_us(from.replaced_expire_time_us);
}

absl::StatusOr<ApiKeyCreated> ReadApiKey(const pb::ApiKeyCreated& from) {
  ApiKeyCreated to;
  to.id = from.id();
  to.identity = from.identity();
  to.role = static_cast<Role>(from.role());
  if (std::find(kAllRoles.begin(), kAllRoles.end(), to.role) ==
      kAllRoles.end()) {
    return absl::DataLossError("a key with a role unknown to this version");
  }
  for (const pb::ApiKeyMember& member : from.members()) {
    to.members.push_back(MemberNumber{member.number()});
  }
  to.spending_ceiling = Amount::FromMinorUnits(from.spending_ceiling());
  to.credit_mandate = Amount::FromMinorUnits(from.credit_mandate());
  to.expire_time_us = from.expire_time_us();
  to.kind = static_cast<CredentialKind>(from.kind());
  if (to.kind != CredentialKind::kSecret &&
      to.kind != CredentialKind::kCertificate) {
    return absl::DataLossError("a key of a kind unknown to this version");
  }
  to.digest = from.digest();
  if (to.digest.size() != ledger::Digest().size()) {
    return absl::DataLossError("a key with a digest that is none");
  }
  to.replaces = from.replaces();
  to.replaced_expire_time_us = from.replaced_expire_time_us();
  return to;
}

std::string EncodeApiKeyRow(const ApiKeyRow& row) {
  pb::ApiKeyRow message;
  if (row.created.has_value()) {
    WriteApiKey(*row.created, message.mutable_created());
  }
  message.set_time_us(row.time_us);
  message.set_author(row.author);
  message.set_revoked(row.revoked ? 1 : 0);
  message.set_expire_time_us(row.expire_time_us);
  message.set_replaced_by(row.replaced_by);
  return message.SerializeAsString();
}

absl::StatusOr<ApiKeyRow> DecodeApiKeyRow(std::string_view bytes) {
  pb::ApiKeyRow message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a row of the family api_key is none");
  }
  ApiKeyRow row;
  if (message.has_created()) {
    SKONTRO_ASSIGN_OR_RETURN(row.created, ReadApiKey(message.created()));
  }
  row.time_us = message.time_us();
  row.author = message.author();
  row.revoked = message.revoked() != 0;
  row.expire_time_us = message.expire_time_us();
  row.replaced_by = message.replaced_by();
  return row;
}

}  // namespace skontro::engine
