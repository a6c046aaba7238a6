// A payment run of an ERP (fiscal/pain001.h) as trades that the debtor pays at
// once, and what became of each.
//
// Thread safety: belongs to one thread, with its Session.

#ifndef SKONTRO_CLI_PAYMENT_RUN_H_
#define SKONTRO_CLI_PAYMENT_RUN_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/session.h"
#include "cli/unit.h"
#include "fiscal/pain001.h"
#include "fiscal/pain002.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

class PaymentRun {
 public:
  // `today` is the day in the network: what is to be carried out later is
  // refused. REQUIRES: `message` outlives this, and is not refused as a whole.
  PaymentRun(Session& session, Unit unit, std::string network,
             const fiscal::PainMessage& message, ledger::CivilDate today);

  // Finds who pays and who is paid, member by member. A failure of a call;
  // nothing was sent.
  absl::Status Prepare();

  // Sends what was not refused by now, or with --dry-run tries each against the
  // books as they are. A failure of a call: results are then of what was
  // answered, and the rest is pending.
  absl::Status Send();

  // One for each transfer, in the order of the file.
  const std::vector<fiscal::PainResult>& results() const { return results_; }

 private:
  struct Order {
    size_t transfer = 0;  // Its place in the file.
    v1::CreateTradeRequest request;
  };
  // A member's name, or why there is none.
  struct Found {
    std::string name;
    std::string why;
  };

  absl::StatusOr<Found> Find(const fiscal::PainParty& party);
  absl::StatusOr<Found> FindByIds(const fiscal::PainParty& party,
                                  Found by_account);
  Found FindByAccount(const fiscal::PainParty& party) const;
  absl::StatusOr<std::optional<fiscal::PainReason>> PrepareTransfer(
      const fiscal::PainPayment& payment, const fiscal::PainTransfer& transfer,
      size_t place);
  absl::Status Try();
  void Take(const Order& order, const v1::Trade& trade);
  void Take(const Order& order, const ServerError& error);

  Session& session_;
  const Unit unit_;
  const std::string network_;
  const fiscal::PainMessage& message_;
  const ledger::CivilDate today_;
  // Each party is asked for once.
  std::map<std::string, Found> found_;
  std::vector<Order> orders_;
  std::vector<fiscal::PainResult> results_;
};

// The request id of a transfer: the same for the same debtor and EndToEndId,
// whatever file they come in, so that what is sent twice is booked once.
std::string RequestIdOf(const std::string& debtor,
                        const std::string& end_to_end_id);

// The code of ISO's list that comes nearest to a reason of the server.
// `creditor` is the name of the member that was to be paid.
std::string StatusCodeOf(const ServerError& error, const std::string& creditor);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_PAYMENT_RUN_H_
