// Reads what a server shows of a network, as a stranger could: by the lists and
// reads of the API.
//
// Thread safety: pure functions of the server.

#ifndef SKONTRO_TESTS_INTEGRATION_NETWORK_READER_H_
#define SKONTRO_TESTS_INTEGRATION_NETWORK_READER_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/credit_service.pb.h"
#include "skontro/v1/trade_service.pb.h"
#include "tests/integration/load_client.h"

namespace skontro::integration {

// A network at one sequence. REQUIRES for all of it to be of that sequence:
// nobody changes the network meanwhile.
struct SeenNetwork {
  int64_t sequence = 0;
  std::string digest;
  std::vector<v1::Trade> trades;  // Newest first.
  std::vector<std::pair<int64_t, v1::CreditLineChange>> limits;
  std::vector<v1::Account> accounts;  // One for each member of the plan.
  std::set<std::string> member_ids;
};

// Reads the trades that were made after `trades_after` and the limits that were
// set after `limits_after`.
absl::StatusOr<SeenNetwork> ReadNetwork(const LoadClient& client,
                                        int64_t members, int64_t trades_after,
                                        int64_t limits_after);

// The account of a member as of a sequence, 0 for now, and the sequence that
// the answer reflects.
absl::StatusOr<v1::GetAccountResponse> ReadAccount(const LoadClient& client,
                                                   int64_t member,
                                                   int64_t as_of);

// The whole statement of a member; every page is checked to be of the sequence
// of the first, and to add up.
absl::StatusOr<std::vector<v1::StatementLine>> ReadStatement(
    const LoadClient& client, int64_t member);

// The last part of a name.
std::string IdOf(const std::string& name);

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_NETWORK_READER_H_
