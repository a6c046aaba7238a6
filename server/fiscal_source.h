// What fiscal/ reads of a network: the trades of one member in one calendar
// year, from a view as of one sequence. The same sequence gives the same, for
// ever: whether the period is closed, too, is read off the journal.
//
// Thread safety: none; one thread owns a FiscalSource.

#ifndef SKONTRO_SERVER_FISCAL_SOURCE_H_
#define SKONTRO_SERVER_FISCAL_SOURCE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "fiscal/source.h"
#include "ledger/account_codec.h"
#include "ledger/statement.h"
#include "server/call.h"
#include "server/record_reader.h"

namespace skontro::server {

class FiscalSource : public fiscal::Source {
 public:
  // The books of the member `id` in `year`, as of scope.as_of. `scope` must
  // outlive the source. RESOURCE_NOT_FOUND if there was no such member then.
  static absl::StatusOr<std::unique_ptr<FiscalSource>> Open(
      const ReadScope& scope, std::string_view id, int year);

  fiscal::ReportingMember Member() const override { return member_; }
  fiscal::NetworkInfo Network() const override { return network_; }
  fiscal::Period GetPeriod() const override { return period_; }
  fiscal::JournalPosition Position() const override { return position_; }
  fiscal::UnitBalance Opening() const override { return opening_; }
  fiscal::UnitBalance Closing() const override { return closing_; }

  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const fiscal::MemberTrade&)> visit)
      override;

 private:
  explicit FiscalSource(const ReadScope& scope)
      : scope_(scope), records_(scope.view.snapshot) {}

  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }

  absl::Status ReadMember(std::string_view id);
  absl::Status ReadPeriod(int year);
  absl::Status ReadBalances();

  // The balance after `sequence`, its value added up from the trades.
  absl::StatusOr<fiscal::UnitBalance> BalanceAt(ledger::Sequence sequence);
  absl::StatusOr<engine::TradeHistory> TradeOf(
      const ledger::AccountPosting& posting);
  absl::StatusOr<fiscal::MemberTrade> Describe(
      const ledger::AccountPosting& posting);
  absl::StatusOr<fiscal::Counterparty> PartyOf(engine::MemberNumber number);

  const ReadScope& scope_;
  RecordReader records_;
  engine::MemberNumber number_{};
  ledger::AccountId account_{};
  ledger::SequenceRange range_;
  fiscal::ReportingMember member_;
  fiscal::NetworkInfo network_;
  fiscal::Period period_;
  fiscal::JournalPosition position_;
  fiscal::UnitBalance opening_;
  fiscal::UnitBalance closing_;
  absl::flat_hash_map<engine::MemberNumber, fiscal::Counterparty> parties_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_FISCAL_SOURCE_H_
