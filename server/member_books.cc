#include "server/member_books.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/refusals.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"

namespace skontro::server {
namespace {

using fiscal::MemberTrade;
using ledger::AccountPosting;
using ledger::CivilDate;
using ledger::Sequence;

CivilDate DayOf(int year, unsigned month, unsigned day) {
  return CivilDate::From(std::chrono::year_month_day(std::chrono::year(year),
                                                     std::chrono::month(month),
                                                     std::chrono::day(day)));
}

// What an amount of the account was worth when its trade was made, signed like
// the amount.
int64_t ValueOf(const AccountPosting& posting,
                const engine::TradeCreated& created) {
  return posting.amount < ledger::Amount() ? -created.national_value
                                           : created.national_value;
}

fiscal::ExactRate RateOf(const engine::Rate& rate) {
  return {rate.numerator, rate.denominator, rate.version};
}

// The tax lines in fiscal's words: a line outside the scope of VAT has no rate.
std::vector<fiscal::TaxLine> TaxLinesOf(const engine::Invoice& invoice) {
  std::vector<fiscal::TaxLine> lines;
  for (const engine::TaxLine& line : invoice.tax_lines) {
    std::optional<int64_t> rate = line.rate_ppm;
    if (line.category == "O") rate.reset();
    lines.push_back({line.category, rate, line.base, line.tax});
  }
  return lines;
}

}  // namespace

MemberBooks::MemberBooks(ledger::ReadView view,
                         const engine::NetworkCreated& terms,
                         engine::MemberProfile profile)
    : view_(std::move(view)),
      terms_(terms),
      profile_(std::move(profile)),
      account_(profile_.row.created.main_account) {}

absl::StatusOr<std::unique_ptr<MemberBooks>> MemberBooks::Open(
    ledger::ReadView view, const engine::NetworkCreated& terms,
    const std::string& member, int year, Sequence as_of) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<engine::MemberRow> row,
                           engine::FindMember(*view.snapshot, member, as_of));
  if (!row.has_value()) {
    return ToStatus(engine::NotFound(engine::MemberName(terms, member)));
  }
  SKONTRO_ASSIGN_OR_RETURN(
      engine::MemberProfile profile,
      engine::ReadProfile(*view.snapshot, *std::move(row)));
  std::unique_ptr<MemberBooks> books(
      new MemberBooks(std::move(view), terms, std::move(profile)));
  SKONTRO_RETURN_IF_ERROR(books->OpenYear(year, as_of));
  return books;
}

absl::Status MemberBooks::OpenYear(int year, Sequence as_of) {
  period_.fiscal_year_start = DayOf(year, 1, 1);
  period_.first_day = period_.fiscal_year_start;
  period_.last_day = DayOf(year, 12, 31);
  // There is no way yet to close a period, so none is.
  period_.closed = false;

  const ledger::Snapshot& snapshot = *view_.snapshot;
  SKONTRO_ASSIGN_OR_RETURN(range_, ledger::RangeOf(snapshot, period_.first_day,
                                                   period_.last_day, as_of));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::ChainedRecord newest,
                           ledger::ReadRecord(snapshot, as_of));
  position_ = {static_cast<int64_t>(as_of), ledger::ToHex(newest.digest)};
  SKONTRO_ASSIGN_OR_RETURN(opening_, BalanceAt(ledger::Before(range_.first)));
  SKONTRO_ASSIGN_OR_RETURN(closing_, BalanceAt(range_.last));
  return absl::OkStatus();
}

// The national value of a balance is what its postings were worth one by one,
// so they are added up from the beginning.
absl::StatusOr<fiscal::UnitBalance> MemberBooks::BalanceAt(Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::AccountState state,
      ledger::AccountAt(*view_.snapshot, account_, sequence));
  fiscal::UnitBalance balance;
  balance.units = state.balance.minor_units();
  ledger::PostingWalk walk(view_.snapshot.get(), account_,
                           {Sequence{1}, sequence});
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<AccountPosting> posting,
                             walk.Next());
    if (!posting.has_value()) break;
    SKONTRO_ASSIGN_OR_RETURN(const engine::TradeHistory trade,
                             TradeOf(*posting));
    if (__builtin_add_overflow(balance.national_value,
                               ValueOf(*posting, trade.row.created),
                               &balance.national_value)) {
      return absl::OutOfRangeError(
          "the national value of the balance does not fit");
    }
  }
  return balance;
}

absl::StatusOr<engine::TradeHistory> MemberBooks::TradeOf(
    const AccountPosting& posting) const {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::TradeHistory> trade,
      engine::FindTrade(*view_.snapshot, posting.trade, posting.sequence));
  if (!trade.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "the posting at sequence ", static_cast<uint64_t>(posting.sequence),
        " belongs to a trade that is not there"));
  }
  return *std::move(trade);
}

absl::StatusOr<MemberTrade> MemberBooks::TradeFrom(
    const AccountPosting& posting) const {
  SKONTRO_ASSIGN_OR_RETURN(const engine::TradeHistory history,
                           TradeOf(posting));
  const engine::TradeCreated& created = history.row.created;
  MemberTrade trade;
  trade.sequence = static_cast<int64_t>(posting.sequence);
  trade.kind = posting.kind == ledger::EntryKind::kReversal
                   ? MemberTrade::Kind::kReversed
                   : MemberTrade::Kind::kSettled;
  const bool sells = created.seller == profile_.row.created.number;
  trade.role = sells ? MemberTrade::Role::kSeller : MemberTrade::Role::kBuyer;
  trade.trade_id = history.id;

  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> other,
      engine::FindMember(*view_.snapshot,
                         sells ? created.buyer : created.seller,
                         posting.sequence));
  if (!other.has_value()) {
    return absl::DataLossError("a party of a trade is not there");
  }
  trade.counterparty.member_id = other->created.id;
  SKONTRO_ASSIGN_OR_RETURN(
      const engine::MemberProfile profile,
      engine::ReadProfile(*view_.snapshot, *std::move(other)));
  trade.counterparty.legal_name = profile.legal_name;

  trade.booking_date = posting.booking_date;
  trade.value_date = posting.value_date;
  trade.units = created.units.minor_units();
  trade.national_value = created.national_value;
  trade.rate = RateOf(created.rate);
  if (created.cash > 0) trade.cash = {created.cash, terms_.peg_currency};
  if (created.invoice.has_value()) {
    trade.invoice = {created.invoice->number, created.invoice->issue_date};
    trade.gross = created.invoice->gross;
    trade.prepaid = created.invoice->prepaid;
    trade.tax_lines = TaxLinesOf(*created.invoice);
  } else {
    // Two amounts of at most 10^15.
    trade.gross = created.national_value + created.cash;
  }
  if (trade.kind == MemberTrade::Kind::kReversed &&
      history.settled.has_value()) {
    trade.reversed_sequence = static_cast<int64_t>(history.settled->sequence);
  }
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::ChainedRecord record,
      ledger::ReadRecord(*view_.snapshot, posting.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::ChainedRecord before,
      ledger::ReadRecord(*view_.snapshot, ledger::Before(posting.sequence)));
  trade.digest = ledger::ToHex(record.digest);
  trade.previous_digest = ledger::ToHex(before.digest);
  return trade;
}

fiscal::ReportingMember MemberBooks::Member() const {
  const engine::MemberCreated& created = profile_.row.created;
  fiscal::ReportingMember member;
  member.id = created.id;
  member.legal_name = profile_.legal_name;
  member.vat_id = created.vat_id;
  for (const engine::CompanyId& id : created.company_ids) {
    if (id.scheme == "siren") member.siren = id.value;
  }
  return member;
}

fiscal::NetworkInfo MemberBooks::Network() const {
  fiscal::NetworkInfo network;
  network.id = terms_.id;
  network.name = terms_.display_name;
  network.unit_code = terms_.unit_code;
  network.unit_decimals = terms_.unit_decimals;
  network.national_currency = terms_.peg_currency;
  network.national_decimals = terms_.peg_decimals;
  return network;
}

absl::Status MemberBooks::ForEachTrade(
    absl::FunctionRef<absl::Status(const MemberTrade&)> visit) {
  ledger::PostingWalk walk(view_.snapshot.get(), account_, range_);
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<AccountPosting> posting,
                             walk.Next());
    if (!posting.has_value()) return absl::OkStatus();
    SKONTRO_ASSIGN_OR_RETURN(const MemberTrade trade, TradeFrom(*posting));
    SKONTRO_RETURN_IF_ERROR(visit(trade));
  }
}

}  // namespace skontro::server
