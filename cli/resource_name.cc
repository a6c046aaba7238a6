#include "cli/resource_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

constexpr char kNetworks[] = "networks/";

// `{network}/{collection}/{id}` for `text`, which is the id or that already.
absl::StatusOr<std::string> NameBelow(const std::string& network,
                                      const std::string& collection,
                                      const std::string& what,
                                      std::string_view text) {
  std::string id(text);
  if (text.starts_with(kNetworks)) {
    const std::string prefix = absl::StrCat(network, "/", collection, "/");
    if (!text.starts_with(prefix)) {
      return UsageFailure(absl::StrCat("'", Shown(text), "' is no ", what,
                                       " of the network ", ShortName(network),
                                       "; it would begin with ", prefix));
    }
    id.erase(0, prefix.size());
  }
  SKONTRO_RETURN_IF_ERROR(CheckId(what, id));
  return absl::StrCat(network, "/", collection, "/", id);
}

}  // namespace

absl::Status CheckId(std::string_view what, std::string_view id) {
  bool good = !id.empty() && id.size() <= kIdLengthMax;
  for (const char c : id) {
    good =
        good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }
  if (good) return absl::OkStatus();
  return UsageFailure(absl::StrCat(
      "'", Shown(id), "' is no ", std::string(what), " id; allowed are 1 to ",
      kIdLengthMax, " small letters a-z, digits and hyphens"));
}

absl::StatusOr<std::string> NetworkName(std::string_view text) {
  if (text.starts_with(kNetworks)) text.remove_prefix(sizeof(kNetworks) - 1);
  SKONTRO_RETURN_IF_ERROR(CheckId("network", text));
  return kNetworks + std::string(text);
}

absl::StatusOr<std::string> MemberName(const std::string& network,
                                       std::string_view text) {
  return NameBelow(network, "members", "member", text);
}

absl::StatusOr<std::string> TradeName(const std::string& network,
                                      std::string_view text) {
  return NameBelow(network, "trades", "trade", text);
}

absl::StatusOr<std::string> AccountName(const std::string& network,
                                        std::string_view member) {
  SKONTRO_ASSIGN_OR_RETURN(std::string name, MemberName(network, member));
  return name + "/accounts/main";
}

absl::StatusOr<std::string> CreditLineName(const std::string& network,
                                           std::string_view member) {
  SKONTRO_ASSIGN_OR_RETURN(std::string name, AccountName(network, member));
  return name + "/creditLine";
}

std::string ShortName(std::string_view name) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(name.data(), name.size()), '/');
  if (parts[0] != "networks") return std::string(name);
  if (parts.size() == 2) return parts[1];
  if (parts.size() == 4) return parts[3];
  const bool is_account = parts.size() == 6 && parts[4] == "accounts";
  const bool is_line = parts.size() == 7 && parts[6] == "creditLine";
  if (!is_account && !is_line) return std::string(name);
  if (parts[5] == "main") return parts[3];
  return absl::StrCat(parts[3], "/", parts[5]);
}

}  // namespace skontro::cli
