#include "server/auth/authenticator.h"

#include <grpc/grpc_security_constants.h>
#include <sodium.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "ledger/base/check.h"
#include "server/auth/api_key.h"
#include "server/auth/certificates.h"
#include "server/auth/key_ring.h"
#include "server/network.h"

namespace skontro::server {
namespace {

constexpr char kHeader[] = "authorization";
constexpr std::string_view kScheme = "bearer ";

// No key is longer: two ids of 63 and a secret.
constexpr size_t kHeaderLengthMax = 256;

absl::Status Invalid(std::string_view kind) {
  return ToStatus({Reason::kCredentialInvalid, {{"kind", std::string(kind)}}});
}

constexpr size_t kVoucherSecretLength = 32;

std::string NewVoucherSecret() {
  std::string bytes(kVoucherSecretLength, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

// SHA-256 of the certificate of the client that TLS has verified; empty where
// there is none.
std::string CertificateOf(const grpc::CallbackServerContext& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr) return "";
  const std::vector<grpc::string_ref> pem =
      peer->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.empty()) return "";
  return CertificateSha256(
      std::string_view(pem.front().data(), pem.front().size()));
}

}  // namespace

Authenticator::Authenticator(Options options, const NetworkRegistry* networks,
                             const Clock* clock)
    : options_(std::move(options)),
      voucher_secret_(NewVoucherSecret()),
      server_digest_(ApiKeyDigest(options_.secret, options_.server_key)),
      networks_(*networks),
      clock_(*clock) {}

absl::StatusOr<Caller> Authenticator::Authenticate(
    const grpc::CallbackServerContext& context) const {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(kHeader);
  if (first == last) {
    const std::optional<std::string> vouched = VouchedFor(context);
    if (!vouched.has_value()) return Invalid("unknown");
    return AuthenticateRequest(
        std::nullopt, vouched->empty() ? CertificateOf(context) : *vouched);
  }
  // Two of them could mean one to a proxy and the other to us.
  if (std::next(first) != last) return Invalid("unknown");
  return AuthenticateHeader(
      std::string_view(first->second.data(), first->second.size()));
}

absl::StatusOr<Caller> Authenticator::AuthenticateRequest(
    const std::optional<std::string>& header,
    std::string_view certificate_sha256) const {
  if (header.has_value()) return AuthenticateHeader(*header);
  if (!certificate_sha256.empty()) {
    return AuthenticateCertificate(certificate_sha256);
  }
  if (!options_.trust_anybody) return Invalid("missing");
  return Caller::Everywhere(engine::LocalOperator());
}

std::string Authenticator::Vouch(std::string_view certificate_sha256) const {
  std::string bytes = voucher_secret_;
  bytes.append(certificate_sha256);
  return absl::BytesToHexString(bytes);
}

std::optional<std::string> Authenticator::VouchedFor(
    const grpc::CallbackServerContext& context) const {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(kVoucher);
  if (first == last) return "";
  constexpr size_t kBytes = kVoucherSecretLength + sizeof(ledger::Digest);
  if (std::next(first) != last || first->second.size() != 2 * kBytes) {
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(
      absl::string_view(first->second.data(), first->second.size()));
  if (sodium_memcmp(bytes.data(), voucher_secret_.data(),
                    kVoucherSecretLength) != 0) {
    return std::nullopt;
  }
  return bytes.substr(kVoucherSecretLength);
}

absl::StatusOr<Caller> Authenticator::AuthenticateHeader(
    std::string_view value) const {
  if (value.size() > kHeaderLengthMax ||
      !absl::StartsWithIgnoreCase(
          absl::string_view(value.data(), value.size()),
          absl::string_view(kScheme.data(), kScheme.size()))) {
    return Invalid("unknown");
  }
  return AuthenticateKey(value.substr(kScheme.size()));
}

absl::StatusOr<Caller> Authenticator::AuthenticateKey(
    std::string_view text) const {
  const std::optional<ApiKeyText> parts = ParseApiKey(text);
  if (!parts.has_value()) return Invalid("unknown");
  const ledger::Digest digest = ApiKeyDigest(options_.secret, text);
  if (parts->network.empty()) {
    if (options_.server_key.empty() || !SameDigest(digest, server_digest_)) {
      return Invalid("unknown");
    }
    return Caller::Everywhere(engine::LocalOperator());
  }
  const Network* const network = networks_.Find(parts->network);
  std::shared_ptr<const KeyRing::Key> key;
  if (network != nullptr) key = network->key_ring().Find(parts->id);
  // Compared in any case, so that it takes as long where there is no such key.
  const bool same =
      SameDigest(digest, key == nullptr ? ledger::Digest{} : key->digest);
  if (key == nullptr || !same || key->kind != engine::CredentialKind::kSecret) {
    return Invalid("unknown");
  }
  const int64_t now_us = clock_.NowUs();
  if (key->revoked) return Invalid("revoked");
  if (key->expire_time_us != 0 && now_us >= key->expire_time_us) {
    return Invalid("expired");
  }
  key->last_use_us->store(now_us, std::memory_order_relaxed);
  Caller caller;
  caller.Reach(network->id(), key->actor, key->use);
  return caller;
}

absl::Status Authenticator::CheckStillValid(const Network& network,
                                            const engine::Actor& actor) const {
  if (actor.api_key.empty()) return absl::OkStatus();
  const std::shared_ptr<const KeyRing::Key> key =
      network.key_ring().Find(actor.api_key);
  if (key == nullptr) return Invalid("unknown");
  if (key->revoked) return Invalid("revoked");
  if (key->expire_time_us != 0 && clock_.NowUs() >= key->expire_time_us) {
    return Invalid("expired");
  }
  return absl::OkStatus();
}

// A certificate may be known in several networks, in each as somebody.
absl::StatusOr<Caller> Authenticator::AuthenticateCertificate(
    std::string_view sha256) const {
  const ledger::Digest digest = ledger::DigestFromBytes(sha256);
  const int64_t now_us = clock_.NowUs();
  Caller caller;
  bool reaches = false;
  std::string_view kind = "unknown";
  for (const Network* network : networks_.All()) {
    const std::shared_ptr<const KeyRing::Key> key =
        network->key_ring().FindCertificate(digest);
    if (key == nullptr) continue;
    if (key->revoked) {
      kind = "revoked";
    } else if (key->expire_time_us != 0 && now_us >= key->expire_time_us) {
      kind = "expired";
    } else {
      key->last_use_us->store(now_us, std::memory_order_relaxed);
      caller.Reach(network->id(), key->actor, key->use);
      reaches = true;
    }
  }
  if (!reaches) return Invalid(kind);
  return caller;
}

}  // namespace skontro::server
