// Names of resources, long as on the wire (`networks/res/members/boulangerie`)
// and short as people type and read them (`boulangerie`). Where a person gives
// a name, both forms do; a long one must be of the network in use.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_RESOURCE_NAME_H_
#define SKONTRO_CLI_RESOURCE_NAME_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::cli {

// OK if `id` is one part of a name: 1 to 63 of a-z, 0-9 and -. Otherwise a
// usage failure that says that the `what`, such as "network", is none.
absl::Status CheckId(std::string_view what, std::string_view id);

// `networks/{id}` for `text`, an id or a name already.
absl::StatusOr<std::string> NetworkName(std::string_view text);

// The names below the network `network`, which is a name.
absl::StatusOr<std::string> MemberName(const std::string& network,
                                       std::string_view text);
absl::StatusOr<std::string> TradeName(const std::string& network,
                                      std::string_view text);
// Of the member's account `main`.
absl::StatusOr<std::string> AccountName(const std::string& network,
                                        std::string_view member);
absl::StatusOr<std::string> CreditLineName(const std::string& network,
                                           std::string_view member);

// What a person calls the resource of this name: the id of the network, member
// or trade. An account `main` and its credit line are called as their member;
// another account `member/account`. A name of another form stays as it is.
std::string ShortName(std::string_view name);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RESOURCE_NAME_H_
