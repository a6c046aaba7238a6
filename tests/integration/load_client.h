// A LoadClient sends the calls of a plan to a server and tells what came back:
// an answer that binds the server for ever, or nothing.
//
// Thread safety: const methods from any thread.

#ifndef SKONTRO_TESTS_INTEGRATION_LOAD_CLIENT_H_
#define SKONTRO_TESTS_INTEGRATION_LOAD_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/credit_service.grpc.pb.h"
#include "skontro/v1/member_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"
#include "tests/integration/load_plan.h"

namespace skontro::integration {

// Why something was refused.
struct RefusedBecause {
  int code = 0;        // Of grpc::StatusCode.
  std::string reason;  // Name of a v1::ErrorReason; empty where there is none.
  std::map<std::string, std::string> metadata;
  std::string message;
};

// What an error of the server says.
RefusedBecause ReasonOf(const grpc::Status& status);

// What became of one trade, or of a call that is about one thing.
struct ItemAnswer {
  bool known = false;  // Otherwise the server turned it away for now.
  bool done = false;   // Otherwise it is refused.
  // Of what was done: its record, and the trade as the answer shows it.
  int64_t sequence = 0;
  std::string digest;
  v1::Trade trade;
  // Of what was refused.
  RefusedBecause because;
  // All that must be the same when the request is sent again.
  std::string bytes;
};

// What became of a call.
struct CallAnswer {
  // For kBatch and a group that was made one for each trade, else one. Empty:
  // nobody knows whether the call was carried out, and `because` says why.
  std::vector<ItemAnswer> items;
  RefusedBecause because;
  // The newest sequence that the answer speaks of.
  int64_t sequence = 0;

  // Whether everything that was asked has its answer for ever.
  bool is_known() const;
};

// The stubs of one network.
class LoadClient {
 public:
  LoadClient(const std::shared_ptr<grpc::Channel>& channel,
             const std::string& network_id);

  // Sends a call and waits for its answer.
  CallAnswer Send(const PlannedCall& call) const;

  // Sends a call of kCreate twice at the same time.
  std::vector<CallAnswer> SendTwice(const PlannedCall& call) const;

  // Sends a call of kCreate with another amount under the same request id.
  grpc::Status SendAltered(const PlannedCall& call) const;

  // Sends a call of kCreate to be checked only, under `request_id`.
  grpc::Status Preview(const PlannedCall& call,
                       const std::string& request_id) const;

  // Names of the wire.
  const std::string& network_name() const { return network_name_; }
  std::string MemberName(int64_t number) const;
  std::string AccountName(int64_t number) const;
  std::string TradeName(const std::string& id) const;

  v1::NetworkService::Stub& networks() const { return *networks_; }
  v1::MemberService::Stub& members() const { return *members_; }
  v1::CreditService::Stub& credit() const { return *credit_; }
  v1::AccountService::Stub& accounts() const { return *accounts_; }
  v1::TradeService::Stub& trades() const { return *trades_; }

  // How long a call may take before its outcome is unknown.
  static constexpr absl::Duration kTimeout = absl::Seconds(30);

 private:
  v1::CreateTradeRequest CreateRequest(const PlannedTrade& trade) const;
  v1::BatchCreateTradesRequest BatchRequest(const PlannedCall& call) const;
  CallAnswer SendBatch(const PlannedCall& call) const;
  CallAnswer SendStep(const PlannedCall& call) const;
  CallAnswer SendLimits(const PlannedCall& call) const;
  CallAnswer SendAdmission(const PlannedCall& call) const;

  const std::string network_name_;
  const std::unique_ptr<v1::NetworkService::Stub> networks_;
  const std::unique_ptr<v1::MemberService::Stub> members_;
  const std::unique_ptr<v1::CreditService::Stub> credit_;
  const std::unique_ptr<v1::AccountService::Stub> accounts_;
  const std::unique_ptr<v1::TradeService::Stub> trades_;
};

// The id of a member of the plan.
std::string MemberId(int64_t number);

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_LOAD_CLIENT_H_
