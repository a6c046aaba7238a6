#include "server/resource_name.h"

#include <algorithm>
#include <initializer_list>

#include "ledger/base/limits.h"

namespace skontro::server {
namespace {

constexpr std::string_view kNetworks = "networks";
constexpr std::string_view kMembers = "members";
constexpr std::string_view kAccounts = "accounts";
constexpr std::string_view kTrades = "trades";
constexpr std::string_view kOperations = "operations";
constexpr std::string_view kApiKeys = "apiKeys";
constexpr std::string_view kWebhooks = "webhooks";
constexpr std::string_view kCreditLine = "creditLine";

// Takes the part up to the next slash off `rest`.
std::string_view TakePart(std::string_view* rest) {
  const size_t slash = rest->find('/');
  const std::string_view part = rest->substr(0, slash);
  rest->remove_prefix(slash == std::string_view::npos ? rest->size()
                                                      : slash + 1);
  return part;
}

// Takes `collection/id` off `rest`; an empty view if it does not begin so.
std::string_view TakeId(std::string_view collection, std::string_view* rest) {
  if (TakePart(rest) != collection) return {};
  const std::string_view id = TakePart(rest);
  return IsId(id) ? id : std::string_view();
}

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string name;
  for (std::string_view part : parts) {
    if (!name.empty()) name.push_back('/');
    name.append(part);
  }
  return name;
}

// A trailing slash would leave nothing behind it.
bool EndsWell(std::string_view name, std::string_view rest) {
  return rest.empty() && !name.ends_with('/');
}

}  // namespace

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kIdLengthMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::optional<NameParts> ParseNetworkName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  if (parts.network.empty() || !EndsWell(name, rest)) return std::nullopt;
  return parts;
}

std::optional<NameParts> ParsePoliciesName(std::string_view name) {
  constexpr std::string_view kEnd = "/policies";
  if (!name.ends_with(kEnd)) return std::nullopt;
  return ParseNetworkName(name.substr(0, name.size() - kEnd.size()));
}

std::optional<NameParts> ParseMemberName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.member = TakeId(kMembers, &rest);
  if (parts.network.empty() || parts.member.empty() || !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::optional<NameParts> ParseAccountName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.member = TakeId(kMembers, &rest);
  parts.account = TakeId(kAccounts, &rest);
  if (parts.network.empty() || parts.member.empty() || parts.account.empty() ||
      !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::optional<NameParts> ParseCreditLineName(std::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos ||
      name.substr(slash + 1) != kCreditLine) {
    return std::nullopt;
  }
  return ParseAccountName(name.substr(0, slash));
}

std::optional<NameParts> ParseTradeName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.trade = TakeId(kTrades, &rest);
  if (parts.network.empty() || parts.trade.empty() || !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::optional<NameParts> ParseOperationName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.operation = TakeId(kOperations, &rest);
  if (parts.network.empty() || parts.operation.empty() ||
      !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::string NetworkName(std::string_view network) {
  return Join({kNetworks, network});
}

std::string PoliciesName(std::string_view network) {
  return NetworkName(network) + "/policies";
}

std::string MemberName(std::string_view network, std::string_view member) {
  return Join({kNetworks, network, kMembers, member});
}

std::string AccountName(std::string_view network, std::string_view member) {
  return Join({kNetworks, network, kMembers, member, kAccounts, kMainAccount});
}

std::string CreditLineName(std::string_view network, std::string_view member) {
  return Join({AccountName(network, member), kCreditLine});
}

std::string TradeName(std::string_view network, std::string_view trade) {
  return Join({kNetworks, network, kTrades, trade});
}

std::string OperationName(std::string_view network,
                          std::string_view operation) {
  return Join({kNetworks, network, kOperations, operation});
}

std::optional<NameParts> ParseApiKeyName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.api_key = TakeId(kApiKeys, &rest);
  if (parts.network.empty() || parts.api_key.empty() || !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::string ApiKeyName(std::string_view network, std::string_view api_key) {
  return Join({kNetworks, network, kApiKeys, api_key});
}

std::optional<NameParts> ParseWebhookName(std::string_view name) {
  std::string_view rest = name;
  NameParts parts;
  parts.network = TakeId(kNetworks, &rest);
  parts.webhook = TakeId(kWebhooks, &rest);
  if (parts.network.empty() || parts.webhook.empty() || !EndsWell(name, rest)) {
    return std::nullopt;
  }
  return parts;
}

std::string WebhookName(std::string_view network, std::string_view webhook) {
  return Join({kNetworks, network, kWebhooks, webhook});
}

}  // namespace skontro::server
