// The messages of `skontro.storage.v1` that are about trades; see messages.h,
// which includes them.

#ifndef SKONTRO_CLI_VERIFIER_TRADE_MESSAGES_H_
#define SKONTRO_CLI_VERIFIER_TRADE_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace skontro::verifier {

// As large as a payload; says that nothing smaller is written down.
inline constexpr size_t kNoLimit = 64 * 1024;

inline constexpr size_t kIdLengthMax = 63;
inline constexpr size_t kTaxLinesMax = 32;
inline constexpr size_t kPurchaseOrderLengthMax = 64;
// 64 characters of at most four bytes.
inline constexpr size_t kInvoiceNumberLengthMax = 256;

struct TaxLine {
  std::string category;
  int64_t rate_ppm = 0;
  int64_t base = 0;
  int64_t tax = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "category", self.category, kNoLimit);
    visit.Int64(2, "rate_ppm", self.rate_ppm);
    visit.SInt64(3, "base", self.base);
    visit.SInt64(4, "tax", self.tax);
  }
};

struct Invoice {
  std::string number;
  int32_t issue_day = 0;
  std::optional<int32_t> supply_day;
  std::optional<int32_t> due_day;
  std::string purchase_order;
  int64_t gross = 0;
  int64_t prepaid = 0;
  std::vector<TaxLine> tax_lines;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "number", self.number, kInvoiceNumberLengthMax);
    visit.SInt32(2, "issue_day", self.issue_day);
    visit.OptionalSInt32(3, "supply_day", self.supply_day);
    visit.OptionalSInt32(4, "due_day", self.due_day);
    visit.Text(5, "purchase_order", self.purchase_order,
               kPurchaseOrderLengthMax);
    visit.Int64(6, "gross", self.gross);
    visit.Int64(7, "prepaid", self.prepaid);
    visit.Repeated(8, "tax_lines", self.tax_lines, kTaxLinesMax);
  }
};

struct HoldsAfter {
  uint64_t buyer_account = 0;
  int64_t holds_out = 0;
  uint64_t seller_account = 0;
  int64_t holds_in = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "buyer_account", self.buyer_account);
    visit.Int64(2, "holds_out", self.holds_out);
    visit.UInt64(3, "seller_account", self.seller_account);
    visit.Int64(4, "holds_in", self.holds_in);
  }

  friend bool operator==(const HoldsAfter&, const HoldsAfter&) = default;
};

struct TradeCreated {
  std::string id;
  uint64_t seller = 0;
  uint64_t buyer = 0;
  uint32_t initiator = 0;
  int64_t units = 0;
  int64_t national_value = 0;
  int64_t rate_numerator = 0;
  int64_t rate_denominator = 0;
  int64_t rate_version = 0;
  int64_t cash = 0;
  std::optional<Invoice> invoice;
  int64_t hold_expire_time_us = 0;
  std::optional<HoldsAfter> holds;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.UInt64(2, "seller", self.seller);
    visit.UInt64(3, "buyer", self.buyer);
    visit.UInt32(4, "initiator", self.initiator);
    visit.Int64(5, "units", self.units);
    visit.Int64(6, "national_value", self.national_value);
    visit.Int64(7, "rate_numerator", self.rate_numerator);
    visit.Int64(8, "rate_denominator", self.rate_denominator);
    visit.Int64(9, "rate_version", self.rate_version);
    visit.Int64(10, "cash", self.cash);
    visit.Message(11, "invoice", self.invoice);
    visit.Int64(12, "hold_expire_time_us", self.hold_expire_time_us);
    visit.Message(13, "holds", self.holds);
  }
};

struct InvoiceKey {
  uint64_t seller = 0;
  int32_t year = 0;
  std::string number;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "seller", self.seller);
    visit.Int32(2, "year", self.year);
    visit.Text(3, "number", self.number, kInvoiceNumberLengthMax);
  }

  friend bool operator==(const InvoiceKey&, const InvoiceKey&) = default;
};

struct TradeAccepted {
  uint64_t trade = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
  }
};

struct TradeDeclined {
  uint64_t trade = 0;
  std::optional<InvoiceKey> freed_invoice;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.Message(2, "freed_invoice", self.freed_invoice);
  }
};

struct TradeReversed {
  uint64_t trade = 0;
  uint64_t settle_sequence = 0;
  std::optional<InvoiceKey> freed_invoice;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.UInt64(2, "settle_sequence", self.settle_sequence);
    visit.Message(3, "freed_invoice", self.freed_invoice);
  }
};

struct TradeAuthorised {
  uint64_t trade = 0;
  int64_t expire_time_us = 0;
  std::optional<HoldsAfter> holds;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.Int64(2, "expire_time_us", self.expire_time_us);
    visit.Message(3, "holds", self.holds);
  }
};

struct HoldSettled {
  uint64_t trade = 0;
  int64_t units = 0;
  int64_t national_value = 0;
  int64_t cash = 0;
  uint32_t state = 0;
  std::optional<HoldsAfter> holds;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.Int64(2, "units", self.units);
    visit.Int64(3, "national_value", self.national_value);
    visit.Int64(4, "cash", self.cash);
    visit.UInt32(5, "state", self.state);
    visit.Message(6, "holds", self.holds);
  }
};

struct HoldReleased {
  uint64_t trade = 0;
  uint32_t state = 0;
  std::optional<InvoiceKey> freed_invoice;
  std::optional<HoldsAfter> holds;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.UInt32(2, "state", self.state);
    visit.Message(3, "freed_invoice", self.freed_invoice);
    visit.Message(4, "holds", self.holds);
  }
};

struct HoldExpired {
  uint64_t trade = 0;
  uint32_t state = 0;
  std::optional<InvoiceKey> freed_invoice;
  std::optional<HoldsAfter> holds;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.UInt32(2, "state", self.state);
    visit.Message(3, "freed_invoice", self.freed_invoice);
    visit.Message(4, "holds", self.holds);
  }
};

struct TradeWithdrawn {
  uint64_t trade = 0;
  std::optional<InvoiceKey> freed_invoice;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "trade", self.trade);
    visit.Message(2, "freed_invoice", self.freed_invoice);
  }
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_TRADE_MESSAGES_H_
