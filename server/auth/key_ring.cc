#include "server/auth/key_ring.h"

#include <utility>

#include "engine/api_key_reader.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

std::shared_ptr<const KeyRing::Key> KeyOf(
    const engine::ApiKeyHistory& history,
    std::shared_ptr<std::atomic<int64_t>> last_use_us,
    std::shared_ptr<ClientUse> use) {
  const engine::ApiKeyCreated& created = history.created;
  auto key = std::make_shared<KeyRing::Key>();
  key->actor.identity = engine::ActorIdentity(created.role, created.identity);
  key->actor.role = created.role;
  key->actor.api_key = created.id;
  if (engine::IsScoped(created.role)) {
    key->actor.scope =
        std::make_shared<const engine::ActorScope>(engine::ActorScope{
            created.members, created.spending_ceiling, created.credit_mandate});
  }
  key->kind = created.kind;
  key->digest = ledger::DigestFromBytes(created.digest);
  key->expire_time_us = history.expire_time_us;
  key->revoked = history.revoked;
  key->last_use_us = std::move(last_use_us);
  key->use = std::move(use);
  return key;
}

}  // namespace

absl::Status KeyRing::Reload() {
  const absl::MutexLock reloading(&reload_mutex_);
  const auto before = [this] {
    const absl::MutexLock lock(&mutex_);
    return table_;
  }();
  auto table = std::make_shared<Table>();
  const ledger::ReadView view = engine_.view();
  const absl::Status status = engine::WalkApiKeys(
      *view.snapshot, "", view.sequence,
      [&](const engine::ApiKeyHistory& history) {
        const std::string& id = history.created.id;
        const auto known = before->by_id.find(id);
        // Also a client whose only key was rotated goes on as it was.
        const std::string identity = engine::ActorIdentity(
            history.created.role, history.created.identity);
        std::shared_ptr<ClientUse>& use = table->by_identity[identity];
        if (use == nullptr) {
          const auto used = before->by_identity.find(identity);
          use = used == before->by_identity.end()
                    ? std::make_shared<ClientUse>()
                    : used->second;
        }
        const std::shared_ptr<const Key> key =
            KeyOf(history,
                  known == before->by_id.end()
                      ? std::make_shared<std::atomic<int64_t>>(KeptUse(id))
                      : known->second->last_use_us,
                  use);
        table->by_id.emplace(id, key);
        // Of two keys of one certificate the one that is of use.
        if (key->kind == engine::CredentialKind::kCertificate) {
          const auto [place, is_new] =
              table->by_certificate.emplace(key->digest, key);
          if (!is_new && place->second->revoked) place->second = key;
        }
        return true;
      });
  if (!status.ok()) {
    // Nobody gets in; what clients have on its way is counted on.
    table = std::make_shared<Table>();
    table->by_identity = before->by_identity;
  }
  const absl::MutexLock lock(&mutex_);
  table_ = std::move(table);
  return status;
}

std::shared_ptr<const KeyRing::Key> KeyRing::Find(std::string_view id) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found =
      table_->by_id.find(absl::string_view(id.data(), id.size()));
  return found == table_->by_id.end() ? nullptr : found->second;
}

std::shared_ptr<const KeyRing::Key> KeyRing::FindCertificate(
    const ledger::Digest& sha256) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = table_->by_certificate.find(sha256);
  return found == table_->by_certificate.end() ? nullptr : found->second;
}

std::vector<std::pair<std::string, std::shared_ptr<const ClientUse>>>
KeyRing::Uses() const {
  const auto table = [this] {
    const absl::ReaderMutexLock lock(&mutex_);
    return table_;
  }();
  return {table->by_identity.begin(), table->by_identity.end()};
}

int64_t KeyRing::KeptUse(std::string_view id) const {
  const auto kept = kept_uses_.find(id);
  return kept == kept_uses_.end() ? 0 : kept->second;
}

absl::Status KeyRing::SaveLastUses() {
  const absl::MutexLock saving(&save_mutex_);
  const auto table = [this] {
    const absl::MutexLock lock(&mutex_);
    return table_;
  }();
  LastUses uses;
  for (const auto& [id, key] : table->by_id) {
    const int64_t time_us = key->last_use_us->load(std::memory_order_relaxed);
    if (time_us != 0) uses[id] = time_us;
  }
  // Nor where there are none because the disk could not be read.
  if (uses.empty() || uses == saved_uses_) return absl::OkStatus();
  SKONTRO_RETURN_IF_ERROR(WriteLastUses(last_use_path_, uses));
  saved_uses_ = std::move(uses);
  return absl::OkStatus();
}

int64_t KeyRing::LastUseUs(std::string_view id) const {
  const std::shared_ptr<const Key> key = Find(id);
  return key == nullptr ? 0 : key->last_use_us->load(std::memory_order_relaxed);
}

}  // namespace skontro::server
