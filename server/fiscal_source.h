// What fiscal/ reads of a network: the trades of one member in one period, from
// a view as of one sequence. The same sequence gives the same, for
// ever: whether the period is closed, too, is read off the journal.
//
// Thread safety: none; one thread owns a FiscalSource.

#ifndef SKONTRO_SERVER_FISCAL_SOURCE_H_
#define SKONTRO_SERVER_FISCAL_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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
  // Whether nobody waits for the export any more. Asked now and then.
  using Abandoned = std::function<bool()>;

  // The books of the member `id` in `period`, as of scope.as_of; whether the
  // period is closed is read. `scope` must outlive the source.
  // RESOURCE_NOT_FOUND if there was no such member then, or it is not for the
  // actor to see. This and all that reads trades ends with CANCELLED once
  // `abandoned`.
  static absl::StatusOr<std::unique_ptr<FiscalSource>> Open(
      const ReadScope& scope, std::string_view id, const fiscal::Period& period,
      Abandoned abandoned);

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
  FiscalSource(const ReadScope& scope, const fiscal::Period& period,
               Abandoned abandoned)
      : scope_(scope),
        abandoned_(std::move(abandoned)),
        records_(scope.view.snapshot),
        period_(period) {}

  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }

  absl::Status ReadMember(std::string_view id);
  absl::Status ReadPeriod();
  absl::Status ReadBalances();

  // CANCELLED once abandoned; looks at every so many postings only.
  absl::Status GoOn();

  // The balance after `sequence`, its value added up from the trades.
  absl::StatusOr<fiscal::UnitBalance> BalanceAt(ledger::Sequence sequence);
  absl::StatusOr<engine::TradeHistory> TradeOf(
      const ledger::AccountPosting& posting);
  absl::StatusOr<fiscal::MemberTrade> Describe(
      const ledger::AccountPosting& posting);
  absl::StatusOr<fiscal::Counterparty> PartyOf(engine::MemberNumber number);

  const ReadScope& scope_;
  const Abandoned abandoned_;
  int postings_ = 0;  // Read so far.
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
