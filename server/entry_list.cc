#include "server/entry_list.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "engine/index_reader.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/statement.h"
#include "server/account_reader.h"
#include "server/convert_amount.h"
#include "server/convert_statement.h"
#include "server/page.h"

namespace skontro::server {
namespace {

enum EntryField : int {
  kBookingDate,
  kValueDate,
  kRecordTime,
  kAmount,
  kKind,
  kCounterparty,
  kTrade,
  kInvoiceNumber,
};

constexpr std::array kOrders = {OrderField{0, "sequence"}};

// To read an entry and its trade touches about so many rows.
constexpr size_t kRowsOfEntry = 3;

std::span<const FilterField> EntryFields() {
  static const auto& kinds =
      *new auto(ChoicesOf(v1::StatementLine::Kind_descriptor()));
  static const auto& fields = *new std::vector<FilterField>{
      {kBookingDate, "booking_date", FieldKind::kDate},
      {kValueDate, "value_date", FieldKind::kDate},
      {kRecordTime, "record_time", FieldKind::kTime},
      {kAmount, "amount.minor_units", FieldKind::kNumber},
      {kKind, "kind", FieldKind::kChoice, kinds},
      {kCounterparty, "counterparty", FieldKind::kMember},
      {kTrade, "trade", FieldKind::kTrade},
      {kInvoiceNumber, "invoice_number", FieldKind::kText}};
  return fields;
}

// Gathers one page.
class Lister {
 public:
  Lister(const ReadScope& scope, const Page& page, const EntryQuery& query,
         const AccountView& account, v1::ListEntriesResponse* response)
      : scope_(scope),
        page_(page),
        query_(query),
        account_(account),
        order_(query.order.descending ? ledger::PostingOrder::kNewestFirst
                                      : ledger::PostingOrder::kOldestFirst),
        response_(response),
        lines_(scope, account.owner) {}

  absl::Status Run() {
    SKONTRO_RETURN_IF_ERROR(LookUpNames());
    SKONTRO_ASSIGN_OR_RETURN(std::vector<ledger::SequenceRange> ranges,
                             Ranges());
    if (order_ == ledger::PostingOrder::kNewestFirst) {
      std::reverse(ranges.begin(), ranges.end());
    }
    for (const ledger::SequenceRange& range : ranges) {
      SKONTRO_ASSIGN_OR_RETURN(const bool full, AddRange(range));
      if (full) break;
    }
    return absl::OkStatus();
  }

 private:
  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }

  // The accounts and numbers of what the filter names; 0 for what is not there,
  // which is no number.
  absl::Status LookUpNames() {
    for (const Comparison& comparison : query_.filter.comparisons()) {
      uint64_t& number = numbers_.emplace_back(0);
      if (comparison.field == kCounterparty) {
        SKONTRO_ASSIGN_OR_RETURN(
            const std::optional<engine::MemberRow> row,
            engine::FindMember(snapshot(), comparison.text, page_.sequence));
        if (row.has_value()) {
          number = static_cast<uint64_t>(row->created.main_account);
        }
      } else if (comparison.field == kTrade) {
        SKONTRO_ASSIGN_OR_RETURN(
            const std::optional<engine::TradeHistory> trade,
            engine::FindTrade(snapshot(), comparison.text, page_.sequence));
        if (trade.has_value()) number = static_cast<uint64_t>(trade->number);
      }
    }
    return absl::OkStatus();
  }

  // Where entries of the list can be, oldest first.
  absl::StatusOr<std::vector<ledger::SequenceRange>> Ranges() {
    std::vector<ledger::SequenceRange> ranges;
    const NumberRange days = RangeOf(query_.filter, kBookingDate);
    if (days.empty()) return ranges;
    const auto date = [](int64_t day, int64_t open) {
      return day == open
                 ? ledger::CivilDate()
                 : ledger::CivilDate::FromDays(static_cast<int32_t>(day));
    };
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::SequenceRange booked,
        ledger::RangeOf(snapshot(), date(days.first, INT64_MIN),
                        date(days.last, INT64_MAX), page_.sequence));
    const Comparison* const trade = query_.filter.RequiredEqual(kTrade);
    if (trade == nullptr) {
      ranges.push_back(booked);
      return ranges;
    }
    SKONTRO_ASSIGN_OR_RETURN(
        const std::vector<ledger::Sequence> records,
        engine::RecordsOfTrade(
            snapshot(),
            ledger::TradeNumber{numbers_[query_.filter.PlaceOf(*trade)]},
            page_.sequence));
    for (const ledger::Sequence sequence : records) {
      if (sequence >= booked.first && sequence <= booked.last) {
        ranges.push_back({sequence, sequence});
      }
    }
    return ranges;
  }

  // Returns whether the page is full.
  absl::StatusOr<bool> AddRange(const ledger::SequenceRange& range) {
    if (range.last < range.first) return false;
    ledger::PostingWalk walk(&snapshot(), account_.account, range, order_);
    if (!page_.is_first) {
      walk.SeekTo(ledger::Sequence{page_.number}, page_.minor);
    }
    while (true) {
      SKONTRO_ASSIGN_OR_RETURN(
          const std::optional<ledger::AccountPosting> posting, walk.Next());
      if (!posting.has_value()) return false;
      if (rows_ >= kPageRowsMax ||
          response_->entries_size() == query_.page_size) {
        response_->set_next_page_token(
            NextPage(scope_, page_, static_cast<uint64_t>(posting->sequence),
                     posting->leg));
        return true;
      }
      ++rows_;
      SKONTRO_ASSIGN_OR_RETURN(const bool passes, Passes(*posting));
      if (!passes) continue;
      rows_ += kRowsOfEntry;
      SKONTRO_RETURN_IF_ERROR(lines_.Write(*posting, response_->add_entries()));
    }
  }

  absl::StatusOr<bool> Passes(const ledger::AccountPosting& posting) {
    std::optional<std::string> invoice_number;
    const auto ask = [&](const Comparison& comparison) {
      return Ask(posting, invoice_number, comparison);
    };
    Truth truth = query_.filter.Test(ask);
    if (truth == Truth::kUnknown) {
      rows_ += kRowsOfEntry;
      SKONTRO_ASSIGN_OR_RETURN(
          const std::optional<engine::TradeHistory> trade,
          engine::FindTradeAsMade(snapshot(), posting.trade, page_.sequence));
      invoice_number.emplace();
      if (trade.has_value() && trade->row.created.invoice.has_value()) {
        invoice_number = trade->row.created.invoice->number;
      }
      truth = query_.filter.Test(ask);
    }
    return truth == Truth::kTrue;
  }

  Truth Ask(const ledger::AccountPosting& posting,
            const std::optional<std::string>& invoice_number,
            const Comparison& comparison) const {
    const auto same = [&](uint64_t number) {
      const bool is = numbers_[query_.filter.PlaceOf(comparison)] == number;
      return TruthOf(is == (comparison.op == FilterOp::kEqual));
    };
    switch (comparison.field) {
      case kBookingDate:
        return Compare(comparison, posting.booking_date.days());
      case kValueDate:
        return Compare(comparison, posting.value_date.days());
      case kRecordTime:
        return Compare(comparison, posting.time_us);
      case kAmount:
        return Compare(comparison, posting.amount.minor_units());
      case kKind:
        return Compare(comparison, static_cast<int64_t>(posting.kind));
      case kCounterparty:
        return same(static_cast<uint64_t>(posting.counterparty));
      case kTrade:
        return same(static_cast<uint64_t>(posting.trade));
      default:
        break;
    }
    if (!invoice_number.has_value()) return Truth::kUnknown;
    return CompareInvoiceNumber(comparison, *invoice_number);
  }

  const ReadScope& scope_;
  const Page& page_;
  const EntryQuery& query_;
  const AccountView& account_;
  const ledger::PostingOrder order_;
  v1::ListEntriesResponse* const response_;
  StatementLineWriter lines_;
  // Of each comparison with a member or a trade.
  std::vector<uint64_t> numbers_;
  size_t rows_ = 0;  // That were touched.
};

}  // namespace

EntryQuery ReadEntryQuery(const v1::ListEntriesRequest& request, Form* form) {
  EntryQuery query;
  query.name = form->AccountName("parent", request.parent());
  query.page_size = form->PageSize(request.page_size());
  query.filter =
      Filter::Parse(request.filter(), EntryFields(), query.name.network, form);
  query.order = ReadOrder(request.order_by(), kOrders, {0, false}, form);
  return query;
}

absl::Status ListEntriesOf(const ReadScope& scope, std::string_view method,
                           const EntryQuery& query,
                           const v1::ListEntriesRequest& request,
                           v1::ListEntriesResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, method, request));
  const ReadScope shown{scope.network, scope.view, page.sequence, scope.actor};
  SKONTRO_ASSIGN_OR_RETURN(const AccountView account,
                           ReadAccount(shown, query.name, request.parent()));
  response->set_sequence(WireSequence(page.sequence));
  return Lister(shown, page, query, account, response).Run();
}

}  // namespace skontro::server
