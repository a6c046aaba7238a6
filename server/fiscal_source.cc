#include "server/fiscal_source.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/national_value.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"

namespace skontro::server {
namespace {

constexpr std::string_view kSiren = "siren";

// A category of UNCL 5305 that has no rate: outside the scope of VAT.
constexpr std::string_view kNoRate = "O";

// How many postings are read between two looks at who waits for them.
constexpr int kPostingsPerLook = 64;

fiscal::NetworkInfo InfoOf(const engine::NetworkCreated& terms) {
  fiscal::NetworkInfo info;
  info.id = terms.id;
  info.name = terms.display_name;
  info.unit_code = terms.unit_code;
  info.unit_decimals = terms.unit_decimals;
  info.national_currency = terms.peg_currency;
  info.national_decimals = terms.peg_decimals;
  return info;
}

void DescribeInvoice(const engine::Invoice& invoice, fiscal::MemberTrade* out) {
  out->invoice = {invoice.number, invoice.issue_date};
  out->gross = invoice.gross;
  out->prepaid = invoice.prepaid;
  for (const engine::TaxLine& line : invoice.tax_lines) {
    fiscal::TaxLine tax;
    tax.category = line.category;
    if (line.category != kNoRate) tax.rate_ppm = line.rate_ppm;
    tax.base = line.base;
    tax.tax = line.tax;
    out->tax_lines.push_back(std::move(tax));
  }
}

// Leaves of what the invoice says the share that belongs to a part of the
// trade: the shares of all parts add up to the invoice, cent by cent. What is
// rounded away between the lines goes to the base of the last one.
void ShareInvoice(const engine::TradeHistory& trade,
                  const engine::TradeLegs& legs, fiscal::MemberTrade* out) {
  const ledger::Amount whole = trade.row.created.units;
  const ledger::Amount after = trade.all_parts.units;
  const ledger::Amount before = *Subtract(after, legs.units);
  const auto share = [&](int64_t total) {
    return engine::ShareOf(total, after, whole) -
           engine::ShareOf(total, before, whole);
  };
  int64_t lines = 0;
  for (const fiscal::TaxLine& line : out->tax_lines) {
    lines += line.base + line.tax;
  }
  const bool adds_up = lines == out->gross;
  out->prepaid = share(out->prepaid);
  out->gross = out->prepaid + legs.national_value + legs.cash;
  lines = 0;
  for (fiscal::TaxLine& line : out->tax_lines) {
    line.base = share(line.base);
    line.tax = share(line.tax);
    lines += line.base + line.tax;
  }
  if (adds_up && !out->tax_lines.empty()) {
    out->tax_lines.back().base += out->gross - lines;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<FiscalSource>> FiscalSource::Open(
    const ReadScope& scope, std::string_view id, const fiscal::Period& period,
    Abandoned abandoned) {
  std::unique_ptr<FiscalSource> source(
      new FiscalSource(scope, period, std::move(abandoned)));
  source->network_ = InfoOf(scope.network.terms());
  SKONTRO_RETURN_IF_ERROR(source->ReadMember(id));
  SKONTRO_RETURN_IF_ERROR(source->ReadPeriod());
  SKONTRO_RETURN_IF_ERROR(source->ReadBalances());
  return source;
}

absl::Status FiscalSource::ReadMember(std::string_view id) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<engine::MemberRow> row,
                           engine::FindMember(snapshot(), id, scope_.as_of));
  if (!row.has_value() ||
      !engine::SeesMember(scope_.actor, row->created.number)) {
    return ToStatus(engine::NotFound(MemberName(scope_.network.id(), id)));
  }
  SKONTRO_ASSIGN_OR_RETURN(const engine::MemberProfile profile,
                           engine::ReadProfile(snapshot(), *std::move(row)));
  const engine::MemberCreated& created = profile.row.created;
  number_ = created.number;
  account_ = created.main_account;
  member_.id = created.id;
  member_.legal_name = profile.legal_name;
  member_.vat_id = created.vat_id;
  for (const engine::CompanyId& company : created.company_ids) {
    if (company.scheme == kSiren) member_.siren = company.value;
  }
  return absl::OkStatus();
}

absl::Status FiscalSource::GoOn() {
  if (++postings_ % kPostingsPerLook != 0 || !abandoned_()) {
    return absl::OkStatus();
  }
  return absl::CancelledError();
}

absl::Status FiscalSource::ReadPeriod() {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Digest digest,
                           records_.DigestAt(scope_.as_of));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Record* last,
                           records_.RecordAt(scope_.as_of));
  position_ = {WireSequence(scope_.as_of), ledger::ToHex(digest),
               last->time_us};
  // Booking days never go back: behind this one nothing can enter the year. The
  // clock would not do, since it may be set back.
  period_.closed = last->booking_date > period_.last_day;
  SKONTRO_ASSIGN_OR_RETURN(
      range_, ledger::RangeOf(snapshot(), period_.fiscal_year_start,
                              period_.last_day, scope_.as_of));
  return absl::OkStatus();
}

absl::Status FiscalSource::ReadBalances() {
  SKONTRO_ASSIGN_OR_RETURN(opening_, BalanceAt(ledger::Before(range_.first)));
  SKONTRO_ASSIGN_OR_RETURN(closing_, BalanceAt(range_.last));
  return absl::OkStatus();
}

absl::StatusOr<fiscal::UnitBalance> FiscalSource::BalanceAt(
    ledger::Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::AccountState state,
                           ledger::AccountAt(snapshot(), account_, sequence));
  const engine::Rate& parity = scope_.network.terms().parity;
  const int64_t units = state.balance.minor_units();
  // Every trade is worth its units then, and so are all of them.
  if (parity.numerator == parity.denominator) {
    return fiscal::UnitBalance{units, units};
  }
  int64_t value = 0;
  ledger::PostingWalk walk(&snapshot(), account_,
                           {ledger::Sequence{1}, sequence});
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<ledger::AccountPosting> posting, walk.Next());
    if (!posting.has_value()) break;
    SKONTRO_RETURN_IF_ERROR(GoOn());
    SKONTRO_ASSIGN_OR_RETURN(const engine::TradeHistory trade,
                             TradeOf(*posting));
    const int64_t one = LegsOfEntry(trade, posting->kind).national_value;
    const bool paid = posting->amount < ledger::Amount();
    if (__builtin_add_overflow(value, paid ? -one : one, &value)) {
      return absl::OutOfRangeError(
          "the national value of an account does not fit in 64 bits");
    }
  }
  return fiscal::UnitBalance{units, value};
}

absl::StatusOr<engine::TradeHistory> FiscalSource::TradeOf(
    const ledger::AccountPosting& posting) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::TradeHistory> trade,
      engine::FindTrade(snapshot(), posting.trade, posting.sequence));
  if (trade.has_value()) return *std::move(trade);
  return absl::DataLossError(absl::StrCat("a posting names the trade ",
                                          static_cast<uint64_t>(posting.trade),
                                          ", which is not there"));
}

absl::StatusOr<fiscal::Counterparty> FiscalSource::PartyOf(
    engine::MemberNumber number) {
  const auto known = parties_.find(number);
  if (known != parties_.end()) return known->second;
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> row,
      engine::FindMember(snapshot(), number, scope_.as_of));
  if (!row.has_value()) {
    return absl::DataLossError(absl::StrCat("a trade names the member number ",
                                            static_cast<uint64_t>(number),
                                            ", which is not there"));
  }
  SKONTRO_ASSIGN_OR_RETURN(engine::MemberProfile profile,
                           engine::ReadProfile(snapshot(), *std::move(row)));
  fiscal::Counterparty party{std::move(profile.row.created.id),
                             std::move(profile.legal_name)};
  parties_.emplace(number, party);
  return party;
}

absl::StatusOr<fiscal::MemberTrade> FiscalSource::Describe(
    const ledger::AccountPosting& posting) {
  SKONTRO_ASSIGN_OR_RETURN(const engine::TradeHistory trade, TradeOf(posting));
  const engine::TradeCreated& created = trade.row.created;
  const bool is_seller = created.seller == number_;
  fiscal::MemberTrade out;
  out.sequence = WireSequence(posting.sequence);
  out.kind = posting.kind == ledger::EntryKind::kReversal
                 ? fiscal::MemberTrade::Kind::kReversed
                 : fiscal::MemberTrade::Kind::kSettled;
  out.role = is_seller ? fiscal::MemberTrade::Role::kSeller
                       : fiscal::MemberTrade::Role::kBuyer;
  out.trade_id = trade.id;
  SKONTRO_ASSIGN_OR_RETURN(out.counterparty,
                           PartyOf(is_seller ? created.buyer : created.seller));
  out.booking_date = posting.booking_date;
  out.value_date = posting.value_date;
  out.units = std::abs(posting.amount.minor_units());
  const engine::TradeLegs legs = LegsOfEntry(trade, posting.kind);
  out.national_value = legs.national_value;
  out.rate = {created.rate.numerator, created.rate.denominator,
              created.rate.version};
  if (legs.cash != 0) out.cash = {legs.cash, network_.national_currency};
  if (created.invoice.has_value()) {
    DescribeInvoice(*created.invoice, &out);
    if (trade.hold_expire_time_us != 0) ShareInvoice(trade, legs, &out);
  }
  if (out.kind == fiscal::MemberTrade::Kind::kReversed &&
      trade.settled.has_value()) {
    out.reversed_sequence = WireSequence(trade.settled->sequence);
  }
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Digest previous,
                           records_.DigestAt(ledger::Before(posting.sequence)));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Digest digest,
                           records_.DigestAt(posting.sequence));
  out.previous_digest = ledger::ToHex(previous);
  out.digest = ledger::ToHex(digest);
  return out;
}

absl::Status FiscalSource::ForEachTrade(
    absl::FunctionRef<absl::Status(const fiscal::MemberTrade&)> visit) {
  ledger::PostingWalk walk(&snapshot(), account_, range_);
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<ledger::AccountPosting> posting, walk.Next());
    if (!posting.has_value()) return absl::OkStatus();
    SKONTRO_RETURN_IF_ERROR(GoOn());
    SKONTRO_ASSIGN_OR_RETURN(const fiscal::MemberTrade trade,
                             Describe(*posting));
    SKONTRO_RETURN_IF_ERROR(visit(trade));
  }
}

}  // namespace skontro::server
