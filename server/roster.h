// The Roster is the members that an actor sees, with their accounts `main`, of
// which each has one: the lists of members and of accounts are two ways to show
// it. It is filtered, and in the order of admission or of what is asked for.
//
// In the order of admission a page touches a bounded number of rows, and ends
// short where it has. In another order it looks at everybody, so there is a
// bound on how many that are.
//
// Thread safety: none; one thread owns it.

#ifndef SKONTRO_SERVER_ROSTER_H_
#define SKONTRO_SERVER_ROSTER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "server/account_reader.h"
#include "server/call.h"
#include "server/filter.h"
#include "server/order_by.h"
#include "server/page.h"

namespace skontro::server {

// What can be asked of a member and its account, by filters and orders.
enum RosterField : int {
  kRosterMember,
  kRosterStatus,
  kRosterCountry,
  kRosterTaxId,
  kRosterLegalName,
  kRosterCreateTime,
  kRosterBalance,
  kRosterSpendable,
  kRosterCreditLine,
  kRosterBalanceLimit,
  kRosterLineUsed,
  kRosterPostingCount,
};

struct RosterQuery {
  std::string tax_id;  // Empty for any.
  Filter filter;
  Order order;  // kRosterCreateTime is that of admission.
  size_t page_size = 0;
};

class Roster {
 public:
  // A member, as far as it was looked at.
  struct Row {
    engine::MemberRow member;
    std::optional<std::string> legal_name;
    std::optional<AccountView> account;
    std::optional<engine::Standing> standing;
  };

  // All must outlive it.
  Roster(const ReadScope& scope, const Page& page, const RosterQuery& query);

  // The rows of the page. FIELD_INVALID for an order in which too many would
  // have to be looked at, DATA_LOSS, or an error of the disk.
  absl::StatusOr<std::vector<Row>> Read();

  // The token of the next page; empty if there is none. After Read().
  const std::string& next_page_token() const { return next_page_token_; }

  // Sees to it that the row has its account.
  absl::Status AddAccount(Row* row);

 private:
  using Visit = std::function<absl::StatusOr<bool>(Row)>;

  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }
  absl::Status AddLegalName(Row* row);
  absl::Status AddStanding(Row* row);
  // Members that the actor sees from the page's place on, in the order of their
  // numbers or against it, until `visit` returns false.
  absl::Status Walk(engine::MemberNumber first, bool descending,
                    const Visit& visit);
  absl::Status WalkAll(engine::MemberNumber first, bool descending,
                       const Visit& visit);
  // Those that the walk can be narrowed to; nullopt for all of the network.
  absl::StatusOr<std::optional<std::vector<engine::MemberNumber>>> Some();
  absl::StatusOr<std::vector<Row>> ReadByNumber();
  absl::StatusOr<std::vector<Row>> ReadSorted();
  absl::Status CheckCount() const;
  absl::StatusOr<bool> Passes(Row* row);
  Truth Test(const Row& row) const;
  Truth Ask(const Row& row, const Comparison& comparison) const;
  absl::StatusOr<std::string> SortKeyOfRow(Row* row);

  const ReadScope& scope_;
  const Page& page_;
  const RosterQuery& query_;
  const std::unique_ptr<ledger::Iterator> postings_;
  const std::unique_ptr<ledger::Iterator> limits_;
  const std::unique_ptr<ledger::Iterator> holds_;
  size_t rows_ = 0;  // That were touched.
  std::string next_page_token_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ROSTER_H_
