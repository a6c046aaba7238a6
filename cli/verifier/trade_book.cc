#include "cli/verifier/trade_book.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/keys.h"

namespace skontro::verifier {
namespace {

// Values of `Entry.kind`.
constexpr uint32_t kTradeEntry = 1;
constexpr uint32_t kReversalEntry = 2;

// Values of `TradeCreated.initiator`.
constexpr uint32_t kBySeller = 1;
constexpr uint32_t kByBuyer = 2;

// The one version of the rate that format 1 has.
constexpr int64_t kRateVersion = 1;

constexpr const char* kStateNames[] = {"proposed", "settled",    "declined",
                                       "reversed", "authorised", "withdrawn",
                                       "expired"};

// Of a sequence as it is kept; a journal ends long before.
constexpr uint64_t kSequenceBits = (uint64_t{1} << 56) - 1;

std::string Name(const InvoiceKey& key) {
  return absl::StrFormat("invoice %s of member %d in %d", Quoted(key.number),
                         key.seller, key.year);
}

// Whether the entry takes `units` from one account and gives them to another,
// and nothing else.
bool Moves(const Entry& entry, int64_t units, uint64_t from, uint64_t to) {
  if (entry.postings.size() != 2) return false;
  const bool payer_first = entry.postings[0].minor_units < 0;
  const Posting& paid = entry.postings[payer_first ? 0 : 1];
  const Posting& received = entry.postings[payer_first ? 1 : 0];
  return paid.account == from && received.account == to &&
         __int128{paid.minor_units} == -__int128{units} &&
         received.minor_units == units;
}

}  // namespace

__int128 NationalValue(int64_t units, const Rate& rate) {
  const __int128 product = __int128{units} * rate.numerator;
  const __int128 magnitude = product < 0 ? -product : product;
  const __int128 rest = magnitude % rate.denominator;
  const __int128 rounded =
      magnitude / rate.denominator + (2 * rest >= rate.denominator ? 1 : 0);
  return product < 0 ? -rounded : rounded;
}

TradeBook::TradeBook(AccountBook* accounts, const PolicyBook* policies,
                     Findings* findings)
    : accounts_(*accounts),
      policies_(*policies),
      findings_(*findings),
      key_(RandomSipKey()) {}

void TradeBook::AddMember(uint64_t member, uint64_t account) {
  if (account > std::numeric_limits<uint32_t>::max()) return;  // It was told.
  member_accounts_.try_emplace(member, static_cast<uint32_t>(account));
}

void TradeBook::Create(uint64_t sequence, int64_t time_us,
                       const std::vector<Entry>& entries,
                       const TradeCreated& event) {
  if (!event.id.empty() && (!IsId(event.id) || IsServerTradeId(event.id))) {
    Add(sequence, absl::StrFormat("the trade has the id %s, which is none that "
                                  "a client may choose",
                                  Quoted(event.id)));
  }
  CheckAmounts(sequence, event);
  CheckUnitShare(sequence, event);
  if (event.invoice.has_value()) CheckInvoice(sequence, event);
  if (event.seller == event.buyer) {
    Add(sequence, absl::StrFormat("member %d sells to itself", event.seller));
  }
  const std::optional<uint32_t> seller =
      AccountOf(sequence, "seller", event.seller);
  const std::optional<uint32_t> buyer =
      AccountOf(sequence, "buyer", event.buyer);
  if (!seller.has_value() || !buyer.has_value()) return;

  const bool holds = event.hold_expire_time_us != 0 || event.holds.has_value();
  if (holds && event.initiator != kByBuyer) {
    Add(sequence, "a trade that its seller requested has a hold");
  }
  const bool settled = event.initiator == kByBuyer && !holds;
  Trade& trade = trades_.emplace_back(
      Trade{.number = sequence,
            .units = event.units,
            .seller_account = *seller,
            .buyer_account = *buyer,
            .settle_sequence = (settled ? sequence : 0) & kSequenceBits,
            .state = settled ? kSettled : kProposed,
            .has_invoice = event.invoice.has_value()});
  if (settled) {
    CheckDealCap(sequence, trade);
    CheckMove(sequence, entries, kTradeEntry, trade);
    return;
  }
  CheckNoMove(sequence, entries);
  if (holds) {
    CheckDealCap(sequence, trade);
    Hold(sequence, time_us, &trade, event.hold_expire_time_us, event.cash,
         event.holds);
  } else if (event.cash != 0) {
    open_cash_[sequence] = event.cash;
  }
}

void TradeBook::Accept(uint64_t sequence, const std::vector<Entry>& entries,
                       const TradeAccepted& event) {
  Trade* trade = InState(sequence, event.trade, kProposed);
  if (trade == nullptr) return;
  trade->state = kSettled;
  trade->settle_sequence = sequence & kSequenceBits;
  open_cash_.erase(trade->number);
  CheckMove(sequence, entries, kTradeEntry, *trade);
}

void TradeBook::Decline(uint64_t sequence, const std::vector<Entry>& entries,
                        const TradeDeclined& event) {
  CheckNoMove(sequence, entries);
  Trade* trade = InState(sequence, event.trade, kProposed);
  if (trade == nullptr) return;
  trade->state = kDeclined;
  open_cash_.erase(trade->number);
  FreeInvoice(sequence, *trade, event.freed_invoice);
}

void TradeBook::Reverse(uint64_t sequence, const std::vector<Entry>& entries,
                        const TradeReversed& event) {
  Trade* trade = InState(sequence, event.trade, kSettled);
  if (trade == nullptr) return;
  if (event.settle_sequence != trade->settle_sequence) {
    Add(sequence, absl::StrFormat("trade %d was settled by record %d; the "
                                  "reversal says by %d",
                                  trade->number, trade->settle_sequence,
                                  event.settle_sequence));
  }
  trade->state = kReversed;
  FreeInvoice(sequence, *trade, event.freed_invoice);
  CheckMove(sequence, entries, kReversalEntry, *trade);
}

TradeBook::Trade* TradeBook::InState(uint64_t sequence, uint64_t number,
                                     State state) {
  const auto trade = std::lower_bound(
      trades_.begin(), trades_.end(), number,
      [](const Trade& one, uint64_t other) { return one.number < other; });
  if (trade == trades_.end() || trade->number != number) {
    Add(sequence, absl::StrFormat("trade %d was never created", number));
    return nullptr;
  }
  if (trade->state != state) {
    Add(sequence,
        absl::StrFormat("trade %d is %s; it would have to be %s", number,
                        kStateNames[trade->state], kStateNames[state]));
    return nullptr;
  }
  return &*trade;
}

void TradeBook::CheckAmounts(uint64_t sequence, const TradeCreated& event) {
  if (event.initiator != kBySeller && event.initiator != kByBuyer) {
    Add(sequence, absl::StrFormat("the initiator is %d, neither seller nor "
                                  "buyer",
                                  event.initiator));
  }
  if (event.units <= 0 || event.units > kAmountMax) {
    Add(sequence, absl::StrFormat("the trade is of %d units, not 1 to %d",
                                  event.units, kAmountMax));
  }
  if (event.cash < 0 || event.cash > kAmountMax) {
    Add(sequence, absl::StrFormat("the cash leg is %d, not 0 to %d", event.cash,
                                  kAmountMax));
  }
  if (event.rate_numerator != rate_.numerator ||
      event.rate_denominator != rate_.denominator ||
      event.rate_version != kRateVersion) {
    Add(sequence, absl::StrFormat("the trade is valued at %d/%d, version %d; "
                                  "the network's rate is %d/%d, version 1",
                                  event.rate_numerator, event.rate_denominator,
                                  event.rate_version, rate_.numerator,
                                  rate_.denominator));
    return;
  }
  const __int128 value = NationalValue(event.units, rate_);
  if (event.national_value != value) {
    Add(sequence,
        absl::StrFormat("%d units at %d/%d are worth %s; the trade "
                        "says %d",
                        event.units, rate_.numerator, rate_.denominator,
                        Decimal(value), event.national_value));
  }
}

void TradeBook::CheckDealCap(uint64_t sequence, const Trade& trade) {
  const int64_t cap = policies_.Get(kDealCap);
  if (cap == 0 || trade.units <= cap) return;
  Add(sequence, absl::StrFormat("the buyer paid %d units at once; the policy "
                                "is at most %d without the seller's consent",
                                trade.units, cap));
}

void TradeBook::CheckUnitShare(uint64_t sequence, const TradeCreated& event) {
  __int128 invoiced = __int128{event.national_value} + event.cash;
  __int128 tax = 0;
  if (event.invoice.has_value()) {
    invoiced += event.invoice->prepaid;
    for (const TaxLine& line : event.invoice->tax_lines) tax += line.tax;
  }
  if (event.national_value <= 0) return;
  const int64_t least = policies_.Get(kLeastUnitShare);
  if (__int128{event.national_value} * 10'000 < invoiced * least) {
    Add(sequence,
        absl::StrFormat("units worth %d pay for %s; the policy is at "
                        "least %d parts of 10,000 in units",
                        event.national_value, Decimal(invoiced), least));
  }
  if (policies_.Get(kVatSettlement) == 1 && tax > 0 &&
      event.national_value > invoiced - tax) {
    Add(sequence,
        absl::StrFormat("units worth %d pay for %s with a tax of %s; "
                        "the policy is tax in cash",
                        event.national_value, Decimal(invoiced), Decimal(tax)));
  }
}

void TradeBook::CheckInvoice(uint64_t sequence, const TradeCreated& event) {
  const Invoice& invoice = *event.invoice;
  const InvoiceKey key = KeyOf(event.seller, invoice);
  if (key.number.empty()) Add(sequence, "the invoice has no number");
  if (invoice.prepaid < 0) {
    Add(sequence, absl::StrFormat("%d was paid before, which is below zero",
                                  invoice.prepaid));
  }
  const __int128 parts =
      __int128{invoice.prepaid} + event.national_value + event.cash;
  if (parts != invoice.gross) {
    Add(sequence, absl::StrFormat("the invoice's gross is %d; what was paid "
                                  "before, value and cash add up to %s",
                                  invoice.gross, Decimal(parts)));
  }
  __int128 lines = 0;
  for (const TaxLine& line : invoice.tax_lines) {
    lines += __int128{line.base} + line.tax;
  }
  if (!invoice.tax_lines.empty() && lines != invoice.gross) {
    Add(sequence, absl::StrFormat("the invoice's gross is %d; its tax lines "
                                  "add up to %s",
                                  invoice.gross, Decimal(lines)));
  }
  const auto [taken, added] =
      invoices_.try_emplace(Fingerprint::Of(key_, RowKeyOf(key)), sequence);
  if (!added) {
    Add(sequence,
        absl::StrFormat("%s is in trade %d already", Name(key), taken->second));
  }
}

void TradeBook::FreeInvoice(uint64_t sequence, const Trade& trade,
                            const std::optional<InvoiceKey>& key) {
  if (!key.has_value()) {
    if (trade.has_invoice) {
      Add(sequence, absl::StrFormat("the invoice of trade %d is not freed",
                                    trade.number));
    }
    return;
  }
  const auto taken = invoices_.find(Fingerprint::Of(key_, RowKeyOf(*key)));
  if (taken == invoices_.end() || taken->second != trade.number) {
    Add(sequence, absl::StrFormat("%s is freed; it is not that of trade %d",
                                  Name(*key), trade.number));
    return;
  }
  invoices_.erase(taken);
}

void TradeBook::CheckMove(uint64_t sequence, const std::vector<Entry>& entries,
                          uint32_t kind, const Trade& trade) {
  const auto held = holds_.find(trade.number);
  const int64_t units =
      held == holds_.end() ? trade.units : held->second.settled;
  if (!CheckEntry(sequence, entries, kind, trade, units)) return;
  uint64_t payer = trade.buyer_account;
  uint64_t receiver = trade.seller_account;
  if (kind == kReversalEntry) std::swap(payer, receiver);
  accounts_.CheckLimits(sequence, payer, receiver);
}

bool TradeBook::CheckEntry(uint64_t sequence, const std::vector<Entry>& entries,
                           uint32_t kind, const Trade& trade, int64_t units) {
  uint64_t payer = trade.buyer_account;
  uint64_t receiver = trade.seller_account;
  if (kind == kReversalEntry) std::swap(payer, receiver);
  if (entries.size() != 1 || entries[0].kind != kind ||
      entries[0].trade != trade.number ||
      !Moves(entries[0], units, payer, receiver)) {
    Add(sequence, absl::StrFormat("the record does not have one entry of kind "
                                  "%d that moves the %d units of trade %d from "
                                  "account %d to account %d",
                                  kind, units, trade.number, payer, receiver));
    return false;
  }
  return true;
}

void TradeBook::CheckNoMove(uint64_t sequence,
                            const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  Add(sequence, absl::StrFormat("the record moves no units, and has %d entries",
                                entries.size()));
}

std::optional<uint32_t> TradeBook::AccountOf(uint64_t sequence,
                                             const char* party,
                                             uint64_t member) {
  const auto account = member_accounts_.find(member);
  if (account != member_accounts_.end()) return account->second;
  Add(sequence, absl::StrFormat("the %s is member %d, which was never admitted",
                                party, member));
  return std::nullopt;
}

}  // namespace skontro::verifier
