#include "engine/trade_codec.h"

#include "ledger/wire_reader.h"
#include "ledger/wire_writer.h"
#include "skontro/storage/v1/event.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

using ledger::WireReader;
using ledger::WireType;
using ledger::WireWriter;

constexpr uint32_t Varint(int field) {
  return TagOf(static_cast<uint32_t>(field), WireType::kVarint);
}
constexpr uint32_t Bytes(int field) {
  return TagOf(static_cast<uint32_t>(field), WireType::kBytes);
}

void Write(const Invoice& invoice, WireWriter* out) {
  out->Bytes(pb::Invoice::kNumberFieldNumber, invoice.number);
  out->ZigZag(pb::Invoice::kIssueDayFieldNumber, invoice.issue_date.days());
  if (invoice.supply_date.has_value()) {
    out->ZigZagEvenIfZero(pb::Invoice::kSupplyDayFieldNumber,
                          invoice.supply_date.days());
  }
  if (invoice.due_date.has_value()) {
    out->ZigZagEvenIfZero(pb::Invoice::kDueDayFieldNumber,
                          invoice.due_date.days());
  }
  out->Bytes(pb::Invoice::kPurchaseOrderFieldNumber, invoice.purchase_order);
  out->Signed(pb::Invoice::kGrossFieldNumber, invoice.gross);
  out->Signed(pb::Invoice::kPrepaidFieldNumber, invoice.prepaid);
  for (const TaxLine& line : invoice.tax_lines) {
    out->Message(pb::Invoice::kTaxLinesFieldNumber, [&] {
      out->Bytes(pb::TaxLine::kCategoryFieldNumber, line.category);
      out->Signed(pb::TaxLine::kRatePpmFieldNumber, line.rate_ppm);
      out->ZigZag(pb::TaxLine::kBaseFieldNumber, line.base);
      out->ZigZag(pb::TaxLine::kTaxFieldNumber, line.tax);
    });
  }
}

void Write(const TradeCreated& created, WireWriter* out) {
  out->Bytes(pb::TradeCreated::kIdFieldNumber, created.id);
  out->Unsigned(pb::TradeCreated::kSellerFieldNumber,
                static_cast<uint64_t>(created.seller));
  out->Unsigned(pb::TradeCreated::kBuyerFieldNumber,
                static_cast<uint64_t>(created.buyer));
  out->Unsigned(pb::TradeCreated::kInitiatorFieldNumber,
                static_cast<uint32_t>(created.initiator));
  out->Signed(pb::TradeCreated::kUnitsFieldNumber, created.units.minor_units());
  out->Signed(pb::TradeCreated::kNationalValueFieldNumber,
              created.national_value);
  out->Signed(pb::TradeCreated::kRateNumeratorFieldNumber,
              created.rate.numerator);
  out->Signed(pb::TradeCreated::kRateDenominatorFieldNumber,
              created.rate.denominator);
  out->Signed(pb::TradeCreated::kRateVersionFieldNumber, created.rate.version);
  out->Signed(pb::TradeCreated::kCashFieldNumber, created.cash);
  if (created.invoice.has_value()) {
    out->Message(pb::TradeCreated::kInvoiceFieldNumber,
                 [&] { Write(*created.invoice, out); });
  }
}

bool Read(std::string_view bytes, TaxLine* line) {
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Bytes(pb::TaxLine::kCategoryFieldNumber):
        line->category = in.Text();
        break;
      case Varint(pb::TaxLine::kRatePpmFieldNumber):
        line->rate_ppm = in.Signed();
        break;
      case Varint(pb::TaxLine::kBaseFieldNumber):
        line->base = in.ZigZag();
        break;
      case Varint(pb::TaxLine::kTaxFieldNumber):
        line->tax = in.ZigZag();
        break;
      default:
        return false;
    }
  }
  return in.ok();
}

bool Read(std::string_view bytes, Invoice* invoice) {
  invoice->issue_date = CivilDate::FromDays(0);
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Bytes(pb::Invoice::kNumberFieldNumber):
        invoice->number = in.Text();
        break;
      case Varint(pb::Invoice::kIssueDayFieldNumber):
        invoice->issue_date = CivilDate::FromDays(in.ZigZag32());
        break;
      case Varint(pb::Invoice::kSupplyDayFieldNumber):
        invoice->supply_date = CivilDate::FromDays(in.ZigZag32());
        break;
      case Varint(pb::Invoice::kDueDayFieldNumber):
        invoice->due_date = CivilDate::FromDays(in.ZigZag32());
        break;
      case Bytes(pb::Invoice::kPurchaseOrderFieldNumber):
        invoice->purchase_order = in.Text();
        break;
      case Varint(pb::Invoice::kGrossFieldNumber):
        invoice->gross = in.Signed();
        break;
      case Varint(pb::Invoice::kPrepaidFieldNumber):
        invoice->prepaid = in.Signed();
        break;
      case Bytes(pb::Invoice::kTaxLinesFieldNumber):
        if (!Read(in.Bytes(), &invoice->tax_lines.emplace_back())) return false;
        break;
      default:
        return false;
    }
  }
  return in.ok();
}

bool Read(std::string_view bytes, TradeCreated* created) {
  created->initiator = Initiator{0};
  created->rate = {0, 0, 0};
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Bytes(pb::TradeCreated::kIdFieldNumber):
        created->id = in.Text();
        break;
      case Varint(pb::TradeCreated::kSellerFieldNumber):
        created->seller = MemberNumber{in.Varint()};
        break;
      case Varint(pb::TradeCreated::kBuyerFieldNumber):
        created->buyer = MemberNumber{in.Varint()};
        break;
      case Varint(pb::TradeCreated::kInitiatorFieldNumber):
        created->initiator = Initiator{in.Unsigned32()};
        break;
      case Varint(pb::TradeCreated::kUnitsFieldNumber):
        created->units = Amount::FromMinorUnits(in.Signed());
        break;
      case Varint(pb::TradeCreated::kNationalValueFieldNumber):
        created->national_value = in.Signed();
        break;
      case Varint(pb::TradeCreated::kRateNumeratorFieldNumber):
        created->rate.numerator = in.Signed();
        break;
      case Varint(pb::TradeCreated::kRateDenominatorFieldNumber):
        created->rate.denominator = in.Signed();
        break;
      case Varint(pb::TradeCreated::kRateVersionFieldNumber):
        created->rate.version = in.Signed();
        break;
      case Varint(pb::TradeCreated::kCashFieldNumber):
        created->cash = in.Signed();
        break;
      case Bytes(pb::TradeCreated::kInvoiceFieldNumber):
        // A second one would go into the first.
        if (created->invoice.has_value()) return false;
        if (!Read(in.Bytes(), &created->invoice.emplace())) return false;
        break;
      default:
        return false;
    }
  }
  return in.ok();
}

}  // namespace

std::string WriteTradeCreated(const TradeCreated& created) {
  thread_local WireWriter out;
  out.Clear();
  out.Message(pb::Event::kTradeCreatedFieldNumber,
              [&] { Write(created, &out); });
  return std::string(out.bytes());
}

bool ReadTradeCreated(std::string_view event, TradeCreated* created) {
  WireReader in(event);
  return in.NextTag() == Bytes(pb::Event::kTradeCreatedFieldNumber) &&
         Read(in.Bytes(), created) && in.ok() && in.NextTag() == 0 && in.ok();
}

}  // namespace skontro::engine
