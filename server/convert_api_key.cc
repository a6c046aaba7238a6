#include "server/convert_api_key.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "server/convert_amount.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr int32_t kOverlapSecondsMax = 30 * 24 * 3600;
constexpr size_t kCertificateHashLength = 32;

ledger::Amount ReadLimit(std::string_view field, bool present,
                         const v1::Amount& amount, Form* form) {
  if (present && amount.minor_units() == 0) {
    form->Refuse(field, amount.minor_units(),
                 std::string(absl::StrCat("1 to ", kAmountMax, ", or absent")));
  }
  return ledger::Amount::FromMinorUnits(amount.minor_units());
}

void CheckCertificate(std::string_view field, const std::string& sha256,
                      Form* form) {
  if (sha256.empty() || sha256.size() == kCertificateHashLength) return;
  form->Refuse(field, std::string(absl::StrCat(sha256.size(), " bytes")),
               "the 32 bytes of a SHA-256, or absent");
}

}  // namespace

engine::CreateApiKey ReadApiKey(const v1::CreateApiKeyRequest& request,
                                std::string_view network, Form* form) {
  engine::CreateApiKey command;
  command.id = request.api_key_id();
  if (!command.id.empty()) form->Id("api_key_id", command.id);
  form->Require("api_key", request.has_api_key());
  const v1::ApiKey& key = request.api_key();
  command.identity = key.identity();
  form->Id("api_key.identity", key.identity());
  if (key.role() == v1::ApiKey::ROLE_UNSPECIFIED ||
      !v1::ApiKey::Role_IsValid(key.role())) {
    form->Refuse("api_key.role", key.role(), "a role");
  }
  command.role = static_cast<engine::Role>(key.role());
  for (int i = 0; i < key.members_size(); ++i) {
    command.members.emplace_back(
        form->MemberOf(std::string(absl::StrCat("api_key.members[", i, "]")),
                       key.members(i), network));
  }
  command.spending_ceiling =
      ReadLimit("api_key.spending_ceiling.minor_units",
                key.has_spending_ceiling(), key.spending_ceiling(), form);
  command.credit_mandate =
      ReadLimit("api_key.credit_mandate.minor_units", key.has_credit_mandate(),
                key.credit_mandate(), form);
  command.expire_time_us = form->Time("api_key.expire_time",
                                      key.has_expire_time(), key.expire_time());
  CheckCertificate("api_key.certificate_sha256", key.certificate_sha256(),
                   form);
  if (!key.certificate_sha256().empty()) {
    command.kind = engine::CredentialKind::kCertificate;
    command.digest = key.certificate_sha256();
  }
  form->RequestId(request.request_id());
  return command;
}

engine::RotateApiKey ReadRotation(const v1::RotateApiKeyRequest& request,
                                  std::string_view id, Form* form) {
  engine::RotateApiKey command;
  command.id = id;
  command.new_id = request.new_api_key_id();
  if (!command.new_id.empty()) form->Id("new_api_key_id", command.new_id);
  if (request.overlap_seconds() < 0 ||
      request.overlap_seconds() > kOverlapSecondsMax) {
    form->Refuse("overlap_seconds", request.overlap_seconds(),
                 std::string(absl::StrCat("0 to ", kOverlapSecondsMax)));
  }
  command.overlap_us = int64_t{request.overlap_seconds()} * 1'000'000;
  command.expire_time_us = form->Time("expire_time", request.has_expire_time(),
                                      request.expire_time());
  CheckCertificate("certificate_sha256", request.certificate_sha256(), form);
  if (!request.certificate_sha256().empty()) {
    command.kind = engine::CredentialKind::kCertificate;
    command.digest = request.certificate_sha256();
  }
  form->RequestId(request.request_id());
  return command;
}

absl::Status WriteApiKey(std::string_view network,
                         const ledger::Snapshot& snapshot,
                         const engine::ApiKeyHistory& key, int64_t time_us,
                         int64_t last_use_us, v1::ApiKey* out) {
  const engine::ApiKeyCreated& created = key.created;
  out->set_name(ApiKeyName(network, created.id));
  out->set_identity(created.identity);
  out->set_role(static_cast<v1::ApiKey::Role>(created.role));
  for (const engine::MemberNumber number : created.members) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<engine::MemberRow> member,
        engine::FindMember(snapshot, number, engine::Sequence{UINT64_MAX}));
    if (!member.has_value()) {
      return absl::DataLossError("a key names a member that is not there");
    }
    out->add_members(MemberName(network, member->created.id));
  }
  if (created.spending_ceiling > ledger::Amount()) {
    WriteAmount(created.spending_ceiling, out->mutable_spending_ceiling());
  }
  if (created.credit_mandate > ledger::Amount()) {
    WriteAmount(created.credit_mandate, out->mutable_credit_mandate());
  }
  if (key.expire_time_us != 0) {
    WriteTime(key.expire_time_us, out->mutable_expire_time());
  }
  out->set_state(v1::ApiKey::ACTIVE);
  if (key.ExpiredAt(time_us)) out->set_state(v1::ApiKey::EXPIRED);
  if (key.revoked) {
    out->set_state(v1::ApiKey::REVOKED);
    WriteTime(key.revoke_time_us, out->mutable_revoke_time());
  }
  WriteTime(key.create_time_us, out->mutable_create_time());
  if (!key.replaced_by.empty()) {
    out->set_replaced_by(ApiKeyName(network, key.replaced_by));
  }
  if (last_use_us != 0) WriteTime(last_use_us, out->mutable_last_use_time());
  if (created.kind == engine::CredentialKind::kCertificate) {
    out->set_certificate_sha256(created.digest);
  }
  return absl::OkStatus();
}

}  // namespace skontro::server
