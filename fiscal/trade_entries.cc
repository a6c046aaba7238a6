#include "fiscal/trade_entries.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/label.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

using Kind = MemberTrade::Kind;
using Role = MemberTrade::Role;

// A decimal of parts per hundred without the zeros at its end: "20", "5.5".
std::string Shortened(int64_t value, int decimals) {
  std::string text = ledger::FormatDecimal(value, decimals);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// Adds a line for `amount`, a debit above zero and a credit below, or no line
// for zero: books know no amounts below zero and no empty rows.
void AddLine(FiscalEntry* entry, FiscalLine line, int64_t amount) {
  if (amount == 0) return;
  line.debit = amount > 0 ? amount : 0;
  line.credit = amount < 0 ? -amount : 0;
  entry->lines.push_back(std::move(line));
}

FiscalLine On(AccountKind kind, const Account& account) {
  FiscalLine line;
  line.kind = kind;
  line.account = account;
  return line;
}

// Invoice number, or the record's name where there is none.
std::string DocumentOf(const MemberTrade& trade) {
  std::string document = CleanLabel(trade.invoice.number);
  return document.empty() ? RecordName(trade.sequence) : document;
}

// How a warning names a record: by itself and by its trade.
std::string ExampleOf(const MemberTrade& trade) {
  std::string example = RecordName(trade.sequence);
  if (!trade.trade_id.empty()) absl::StrAppend(&example, " ", trade.trade_id);
  return example;
}

// A name for people; the id stays when the personal data was erased.
std::string NameOf(const Counterparty& party) {
  std::string name = CleanLabel(party.legal_name);
  return name.empty() ? CleanLabel(party.member_id) : name;
}

// Whether the unit leg is all that the invoice asks for.
bool IsPaidWhole(const MemberTrade& trade) {
  return trade.gross > 0 && trade.national_value == trade.gross &&
         trade.prepaid == 0 && trade.cash.minor_units == 0;
}

bool HasInvoice(const MemberTrade& trade) {
  return trade.gross > 0 || !trade.invoice.number.empty();
}

// " 60%", or nothing where the share has more than two decimals.
std::string ShareText(const MemberTrade& trade) {
  if (trade.gross <= 0) return "";
  const absl::int128 scaled = absl::int128(trade.national_value) * 10'000;
  if (scaled % trade.gross != 0) return " partiel";
  std::string share = Shortened(static_cast<int64_t>(scaled / trade.gross), 2);
  const size_t point = share.find('.');
  if (point != std::string::npos) share[point] = ',';
  return absl::StrCat(" ", share, "%");
}

std::string InvoiceLabel(const MemberTrade& trade) {
  const std::string document = DocumentOf(trade);
  if (trade.kind == Kind::kReversed) {
    return absl::StrCat("Contre-passation ",
                        RecordName(trade.reversed_sequence), " ", document);
  }
  return absl::StrCat(trade.role == Role::kSeller ? "Vente " : "Achat ",
                      document, " ", NameOf(trade.counterparty));
}

std::string UnitsLabel(const MemberTrade& trade) {
  if (trade.kind == Kind::kReversed) {
    std::string label =
        absl::StrCat("Contre-passation ", RecordName(trade.reversed_sequence));
    if (HasInvoice(trade)) absl::StrAppend(&label, " ", DocumentOf(trade));
    return label;
  }
  if (!HasInvoice(trade)) {
    return absl::StrCat("Transfert en unités ", NameOf(trade.counterparty));
  }
  return absl::StrCat("Règlement", ShareText(trade), " en unités ",
                      DocumentOf(trade));
}

}  // namespace

int64_t UnitsSign(const MemberTrade& trade) {
  const bool comes =
      (trade.role == Role::kSeller) == (trade.kind == Kind::kSettled);
  return comes ? 1 : -1;
}

std::string RecordName(int64_t sequence) {
  return absl::StrFormat("TX-%010d", sequence);
}

std::string LetteringCode(int64_t index) {
  SKONTRO_CHECK(index >= 0);
  // Codes of two letters come first, then all of three, and so on.
  int letters = 2;
  int64_t count = 26 * 26;
  while (index >= count) {
    index -= count;
    count *= 26;
    ++letters;
  }
  std::string code(static_cast<size_t>(letters), 'A');
  for (auto at = code.rbegin(); at != code.rend(); ++at) {
    *at = static_cast<char>('A' + index % 26);
    index /= 26;
  }
  return code;
}

std::string RatePercent(int64_t rate_ppm) { return Shortened(rate_ppm, 4); }

std::string VatCode(const TaxLine& line) {
  std::string code = CleanLabel(line.category);
  if (line.rate_ppm.has_value()) {
    absl::StrAppend(&code, " ", RatePercent(*line.rate_ppm));
  }
  return code;
}

bool TaxLinesAddUp(const MemberTrade& trade) {
  SKONTRO_CHECK(trade.tax_lines.size() <= kTaxLinesMax);
  int64_t sum = 0;  // 2 x kTaxLinesMax amounts of kAmountMax fit.
  for (const TaxLine& line : trade.tax_lines) sum += line.base + line.tax;
  return !trade.tax_lines.empty() && sum == trade.gross;
}

TradeEntries::TradeEntries(const NetworkInfo& network,
                           const ChartOfAccounts& chart,
                           WarningCounter* warnings)
    : network_(network), chart_(chart), warnings_(warnings) {}

std::vector<FiscalEntry> TradeEntries::Opening(const UnitBalance& balance,
                                               ledger::CivilDate day) {
  if (balance.national_value == 0) {
    if (balance.units != 0) {
      warnings_->Add(WarningKind::kNoNationalValue, "AN");
    }
    return {};
  }
  const int year = static_cast<int>(day.ymd().year());
  FiscalEntry entry;
  entry.journal = JournalKind::kOpening;
  entry.entry_date = day;
  entry.document = absl::StrCat(chart_.journal(entry.journal).code, year);
  entry.document_date = day;
  entry.label = absl::StrCat("A nouveau ", year);
  FiscalLine units =
      On(AccountKind::kUnits, chart_.account(AccountKind::kUnits));
  units.units = balance.units;
  AddLine(&entry, std::move(units), balance.national_value);
  AddLine(&entry,
          On(AccountKind::kOpeningContra,
             chart_.account(AccountKind::kOpeningContra)),
          -balance.national_value);
  Finish(&entry);
  warnings_->Add(WarningKind::kOpeningContra, entry.number);
  return {std::move(entry)};
}

std::vector<FiscalEntry> TradeEntries::From(const MemberTrade& trade) {
  std::vector<FiscalEntry> entries;
  std::string lettering;
  if (IsPaidWhole(trade)) lettering = LetteringCode(letterings_++);
  if (trade.gross > 0) BookInvoice(trade, lettering, &entries);
  BookUnits(trade, lettering, &entries);
  return entries;
}

FiscalEntry TradeEntries::Start(JournalKind journal,
                                const MemberTrade& trade) const {
  FiscalEntry entry;
  entry.journal = journal;
  entry.entry_date = trade.booking_date;
  entry.sequence = trade.sequence;
  entry.digest = trade.digest;
  entry.previous_digest = trade.previous_digest;
  return entry;
}

void TradeEntries::BookInvoice(const MemberTrade& trade,
                               const std::string& lettering,
                               std::vector<FiscalEntry>* entries) {
  const bool seller = trade.role == Role::kSeller;
  FiscalEntry entry =
      Start(seller ? JournalKind::kSales : JournalKind::kPurchases, trade);
  entry.document = DocumentOf(trade);
  entry.document_date = trade.invoice.issue_date.has_value()
                            ? trade.invoice.issue_date
                            : trade.value_date;
  entry.label = CleanLabel(InvoiceLabel(trade));
  // A sale debits the customer; a purchase credits the supplier.
  const int64_t sign =
      (seller ? 1 : -1) * (trade.kind == Kind::kSettled ? 1 : -1);
  FiscalLine third_party = ThirdParty(trade);
  third_party.lettering = lettering;
  if (!lettering.empty()) third_party.lettering_date = trade.booking_date;
  AddLine(&entry, std::move(third_party), sign * trade.gross);
  const AccountKind base =
      seller ? AccountKind::kSales : AccountKind::kPurchases;
  const AccountKind tax =
      seller ? AccountKind::kVatCollected : AccountKind::kVatDeductible;
  if (!CanSplitTax(trade)) {
    AddLine(&entry, On(base, chart_.account(base)), -sign * trade.gross);
  } else {
    for (const TaxLine& line : trade.tax_lines) {
      FiscalLine booked = On(base, chart_.AccountFor(base, line));
      booked.vat_code = VatCode(line);
      AddLine(&entry, std::move(booked), -sign * line.base);
    }
    for (const TaxLine& line : trade.tax_lines) {
      FiscalLine booked = On(tax, chart_.AccountFor(tax, line));
      booked.vat_code = VatCode(line);
      AddLine(&entry, std::move(booked), -sign * line.tax);
    }
  }
  if (trade.kind == Kind::kReversed) {
    warnings_->Add(WarningKind::kReversal, ExampleOf(trade));
  }
  Finish(&entry);
  entries->push_back(std::move(entry));
}

void TradeEntries::BookUnits(const MemberTrade& trade,
                             const std::string& lettering,
                             std::vector<FiscalEntry>* entries) {
  if (trade.national_value == 0) {
    warnings_->Add(WarningKind::kNoNationalValue, ExampleOf(trade));
    return;
  }
  const absl::int128 paid = absl::int128(trade.national_value) + trade.prepaid;
  if (trade.gross > 0 && paid > trade.gross) {
    warnings_->Add(WarningKind::kPaidTwice, ExampleOf(trade));
  }
  FiscalEntry entry = Start(JournalKind::kUnits, trade);
  entry.document = RecordName(trade.sequence);
  entry.document_date = trade.value_date;
  entry.label = CleanLabel(UnitsLabel(trade));
  entry.rate = FormatRate(trade.rate, network_.unit_decimals,
                          network_.national_decimals);
  entry.rate_source =
      CleanLabel(absl::StrCat(network_.id, "/rates/", trade.rate.version));
  const int64_t sign = UnitsSign(trade);
  FiscalLine units =
      On(AccountKind::kUnits, chart_.account(AccountKind::kUnits));
  units.units = sign * trade.units;
  FiscalLine other =
      HasInvoice(trade)
          ? ThirdParty(trade)
          : On(AccountKind::kSuspense, chart_.account(AccountKind::kSuspense));
  other.lettering = lettering;
  if (!lettering.empty()) other.lettering_date = trade.booking_date;
  AddLine(&entry, std::move(units), sign * trade.national_value);
  AddLine(&entry, std::move(other), -sign * trade.national_value);
  Finish(&entry);
  entries->push_back(std::move(entry));
}

bool TradeEntries::CanSplitTax(const MemberTrade& trade) {
  const std::string name = ExampleOf(trade);
  if (trade.tax_lines.empty()) {
    warnings_->Add(WarningKind::kNoTaxLines, name);
    return false;
  }
  if (!TaxLinesAddUp(trade)) {
    warnings_->Add(WarningKind::kTaxLinesDiffer, name);
    return false;
  }
  bool reverse_charge = false;
  for (const TaxLine& line : trade.tax_lines) {
    reverse_charge =
        reverse_charge || line.category == "AE" || line.category == "K";
  }
  if (reverse_charge && trade.role == Role::kBuyer) {
    warnings_->Add(WarningKind::kReverseCharge, name);
  }
  return true;
}

FiscalLine TradeEntries::ThirdParty(const MemberTrade& trade) const {
  const bool seller = trade.role == Role::kSeller;
  const AccountKind kind =
      seller ? AccountKind::kCustomers : AccountKind::kSuppliers;
  FiscalLine line = On(kind, chart_.account(kind));
  const std::string& prefix =
      seller ? chart_.customer_prefix() : chart_.supplier_prefix();
  line.auxiliary_number =
      CleanLabel(absl::StrCat(prefix, trade.counterparty.member_id));
  line.auxiliary_label = NameOf(trade.counterparty);
  return line;
}

void TradeEntries::Finish(FiscalEntry* entry) {
  // What is debited stands first, as a bookkeeper writes it.
  std::stable_partition(entry->lines.begin(), entry->lines.end(),
                        [](const FiscalLine& line) { return line.debit > 0; });
  entry->rank = ++ranks_[static_cast<size_t>(entry->journal)];
  entry->number = absl::StrFormat("%s%06d", chart_.journal(entry->journal).code,
                                  entry->rank);
}

}  // namespace skontro::fiscal
