#include "server/auth/key_ring.h"

#include <utility>

#include "engine/api_key_reader.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

std::shared_ptr<const KeyRing::Key> KeyOf(
    const engine::ApiKeyHistory& history,
    std::shared_ptr<std::atomic<int64_t>> last_use_us) {
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
        const std::shared_ptr<const Key> key =
            KeyOf(history, known == before->by_id.end()
                               ? std::make_shared<std::atomic<int64_t>>(0)
                               : known->second->last_use_us);
        table->by_id.emplace(id, key);
        // Of two keys of one certificate the one that is of use.
        if (key->kind == engine::CredentialKind::kCertificate) {
          const auto [place, is_new] =
              table->by_certificate.emplace(key->digest, key);
          if (!is_new && place->second->revoked) place->second = key;
        }
        return true;
      });
  if (!status.ok()) table = std::make_shared<Table>();
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

int64_t KeyRing::LastUseUs(std::string_view id) const {
  const std::shared_ptr<const Key> key = Find(id);
  return key == nullptr ? 0 : key->last_use_us->load(std::memory_order_relaxed);
}

}  // namespace skontro::server
