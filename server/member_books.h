// The books of one member as exports read them: a fiscal::Source over a view of
// the journal, for one calendar year.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_SERVER_MEMBER_BOOKS_H_
#define SKONTRO_SERVER_MEMBER_BOOKS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "fiscal/source.h"
#include "ledger/projection.h"
#include "ledger/statement.h"

namespace skontro::server {

class MemberBooks : public fiscal::Source {
 public:
  // Opens the books of the member with the id `member` in the calendar year
  // `year`, by booking date, as of `as_of`.
  //
  // Returns RESOURCE_NOT_FOUND if there was no such member then; errors of the
  // store.
  // REQUIRES: `as_of` is not above the view's sequence; 1900 <= year <= 9999.
  static absl::StatusOr<std::unique_ptr<MemberBooks>> Open(
      ledger::ReadView view, const engine::NetworkCreated& terms,
      const std::string& member, int year, ledger::Sequence as_of);

  fiscal::ReportingMember Member() const override;
  fiscal::NetworkInfo Network() const override;
  fiscal::Period GetPeriod() const override { return period_; }
  fiscal::JournalPosition Position() const override { return position_; }
  fiscal::UnitBalance Opening() const override { return opening_; }
  fiscal::UnitBalance Closing() const override { return closing_; }
  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const fiscal::MemberTrade&)> visit)
      override;

 private:
  MemberBooks(ledger::ReadView view, const engine::NetworkCreated& terms,
              engine::MemberProfile profile);

  absl::Status OpenYear(int year, ledger::Sequence as_of);
  absl::StatusOr<fiscal::UnitBalance> BalanceAt(ledger::Sequence sequence);
  absl::StatusOr<engine::TradeHistory> TradeOf(
      const ledger::AccountPosting& posting) const;
  absl::StatusOr<fiscal::MemberTrade> TradeFrom(
      const ledger::AccountPosting& posting) const;

  const ledger::ReadView view_;
  const engine::NetworkCreated terms_;
  const engine::MemberProfile profile_;
  const ledger::AccountId account_;
  fiscal::Period period_;
  ledger::SequenceRange range_;
  fiscal::JournalPosition position_;
  fiscal::UnitBalance opening_;
  fiscal::UnitBalance closing_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_MEMBER_BOOKS_H_
