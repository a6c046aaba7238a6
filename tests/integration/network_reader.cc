#include "tests/integration/network_reader.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "ledger/base/status.h"

namespace skontro::integration {
namespace {

constexpr int32_t kPageSize = 1'000;
constexpr absl::Duration kReadTimeout = absl::Seconds(60);

absl::Status Failed(const char* what, const grpc::Status& status) {
  return absl::UnavailableError(absl::StrCat(what, ": ", status.error_code(),
                                             " ", status.error_message()));
}

// Calls a method that only reads.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Read(const char* what, Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kReadTimeout));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return Failed(what, status);
  return response;
}

absl::Status ReadTrades(const LoadClient& client, int64_t after,
                        SeenNetwork* seen) {
  v1::ListTradesRequest request;
  request.set_parent(client.network_name());
  request.set_page_size(kPageSize);
  int64_t sequence = 0;
  do {
    SKONTRO_ASSIGN_OR_RETURN(
        v1::ListTradesResponse page,
        Read("ListTrades", client.trades(), &v1::TradeService::Stub::ListTrades,
             request));
    if (sequence != 0 && page.sequence() != sequence) {
      return absl::DataLossError(
          "a later page of trades is of another "
          "sequence than the first");
    }
    sequence = page.sequence();
    for (v1::Trade& trade : *page.mutable_trades()) {
      if (trade.create_sequence() <= after) return absl::OkStatus();
      seen->trades.push_back(std::move(trade));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status ReadLimits(const LoadClient& client, int64_t member, int64_t after,
                        SeenNetwork* seen) {
  v1::ListCreditLineChangesRequest request;
  request.set_parent(absl::StrCat(client.AccountName(member), "/creditLine"));
  request.set_page_size(kPageSize);
  do {
    SKONTRO_ASSIGN_OR_RETURN(
        v1::ListCreditLineChangesResponse page,
        Read("ListCreditLineChanges", client.credit(),
             &v1::CreditService::Stub::ListCreditLineChanges, request));
    for (v1::CreditLineChange& change : *page.mutable_changes()) {
      if (change.sequence() <= after) return absl::OkStatus();
      seen->limits.emplace_back(member, std::move(change));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status ReadMembers(const LoadClient& client, SeenNetwork* seen) {
  v1::ListMembersRequest request;
  request.set_parent(client.network_name());
  request.set_page_size(kPageSize);
  do {
    SKONTRO_ASSIGN_OR_RETURN(
        const v1::ListMembersResponse page,
        Read("ListMembers", client.members(),
             &v1::MemberService::Stub::ListMembers, request));
    for (const v1::Member& member : page.members()) {
      if (!seen->member_ids.insert(IdOf(member.name())).second) {
        return absl::DataLossError(
            absl::StrCat("the list has ", member.name(), " twice"));
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

std::string IdOf(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

absl::StatusOr<v1::GetAccountResponse> ReadAccount(const LoadClient& client,
                                                   int64_t member,
                                                   int64_t as_of) {
  v1::GetAccountRequest request;
  request.set_name(client.AccountName(member));
  request.set_as_of_sequence(as_of);
  return Read("GetAccount", client.accounts(),
              &v1::AccountService::Stub::GetAccount, request);
}

absl::StatusOr<SeenNetwork> ReadNetwork(const LoadClient& client,
                                        int64_t members, int64_t trades_after,
                                        int64_t limits_after) {
  SeenNetwork seen;
  v1::GetNetworkRequest request;
  request.set_name(client.network_name());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetNetworkResponse head,
      Read("GetNetwork", client.networks(),
           &v1::NetworkService::Stub::GetNetwork, request));
  seen.sequence = head.sequence();
  seen.digest = head.digest();
  SKONTRO_RETURN_IF_ERROR(ReadTrades(client, trades_after, &seen));
  SKONTRO_RETURN_IF_ERROR(ReadMembers(client, &seen));
  for (int64_t member = 0; member < members; ++member) {
    SKONTRO_RETURN_IF_ERROR(ReadLimits(client, member, limits_after, &seen));
    SKONTRO_ASSIGN_OR_RETURN(v1::GetAccountResponse account,
                             ReadAccount(client, member, /*as_of=*/0));
    if (account.sequence() != seen.sequence) {
      return absl::DataLossError(
          absl::StrCat("the network is at ", seen.sequence, ", an account at ",
                       account.sequence(), ", and nobody changed anything"));
    }
    seen.accounts.push_back(std::move(*account.mutable_account()));
  }
  return seen;
}

absl::StatusOr<std::vector<v1::StatementLine>> ReadStatement(
    const LoadClient& client, int64_t member) {
  v1::GetStatementRequest request;
  request.set_name(client.AccountName(member));
  request.set_page_size(kPageSize);
  std::vector<v1::StatementLine> lines;
  v1::GetStatementResponse first;
  int64_t balance = 0;
  do {
    SKONTRO_ASSIGN_OR_RETURN(
        const v1::GetStatementResponse page,
        Read("GetStatement", client.accounts(),
             &v1::AccountService::Stub::GetStatement, request));
    if (lines.empty()) {
      first = page;
      balance = page.opening_balance().minor_units();
    }
    for (const v1::StatementLine& line : page.lines()) {
      balance += line.amount().minor_units();
      if (line.balance_after().minor_units() != balance) {
        return absl::DataLossError(absl::StrCat("the statement of member ",
                                                member, " does not add up at ",
                                                line.sequence()));
      }
      lines.push_back(line);
    }
    if (page.sequence() != first.sequence() ||
        page.closing_balance().minor_units() !=
            first.closing_balance().minor_units()) {
      return absl::DataLossError(absl::StrCat("a page of the statement of ",
                                              member, " is of another time"));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (balance != first.closing_balance().minor_units()) {
    return absl::DataLossError(absl::StrCat("the statement of member ", member,
                                            " ends with another balance"));
  }
  return lines;
}

}  // namespace skontro::integration
