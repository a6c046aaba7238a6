// Names of resources on the wire, taken apart and put together:
// networks/{network}/members/{member}/accounts/{account}/creditLine,
// networks/{network}/trades/{trade}, networks/{network}/operations/{operation},
// networks/{network}/apiKeys/{api_key} and
// networks/{network}/webhooks/{webhook}.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_RESOURCE_NAME_H_
#define SKONTRO_SERVER_RESOURCE_NAME_H_

#include <optional>
#include <string>
#include <string_view>

namespace skontro::server {

// The one account that a member has.
inline constexpr std::string_view kMainAccount = "main";

// Whether `id` is 1 to 63 of a-z, 0-9 and hyphen: one part of a name.
bool IsId(std::string_view id);

// The ids in a name; views into it. What a kind of name does not have is empty.
struct NameParts {
  std::string_view network;
  std::string_view member;
  std::string_view account;
  std::string_view trade;
  std::string_view operation;
  std::string_view api_key;
  std::string_view webhook;
};

// Each returns nullopt for a text that is no such name.
std::optional<NameParts> ParseNetworkName(std::string_view name);
std::optional<NameParts> ParsePoliciesName(std::string_view name);
std::optional<NameParts> ParseMemberName(std::string_view name);
std::optional<NameParts> ParseAccountName(std::string_view name);
std::optional<NameParts> ParseCreditLineName(std::string_view name);
std::optional<NameParts> ParseTradeName(std::string_view name);
std::optional<NameParts> ParseOperationName(std::string_view name);
std::optional<NameParts> ParseApiKeyName(std::string_view name);
std::optional<NameParts> ParseWebhookName(std::string_view name);

std::string NetworkName(std::string_view network);
std::string PoliciesName(std::string_view network);
std::string MemberName(std::string_view network, std::string_view member);
// Of the account `main`.
std::string AccountName(std::string_view network, std::string_view member);
std::string CreditLineName(std::string_view network, std::string_view member);
std::string TradeName(std::string_view network, std::string_view trade);
std::string OperationName(std::string_view network, std::string_view operation);
std::string ApiKeyName(std::string_view network, std::string_view api_key);
std::string WebhookName(std::string_view network, std::string_view webhook);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_RESOURCE_NAME_H_
