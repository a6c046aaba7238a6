#include "server/convert_statement.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"
#include "ledger/statement.h"
#include "server/account_reader.h"
#include "server/convert_amount.h"
#include "server/page.h"

namespace skontro::server {
namespace {

absl::Status WriteLines(const ReadScope& scope, const Page& page,
                        const AccountView& account,
                        const ledger::SequenceRange& range, int page_size,
                        v1::GetStatementResponse* response) {
  ledger::PostingWalk walk(scope.view.snapshot.get(), account.account, range);
  if (!page.is_first) walk.SkipTo(ledger::Sequence{page.number}, page.minor);
  StatementLineWriter writer(scope, account.owner);
  std::optional<ledger::AccountPosting> last;
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<ledger::AccountPosting> posting, walk.Next());
    if (!posting.has_value()) return absl::OkStatus();
    if (response->lines_size() == page_size) {
      response->set_next_page_token(NextPage(
          scope, page, static_cast<uint64_t>(last->sequence), last->leg));
      return absl::OkStatus();
    }
    SKONTRO_RETURN_IF_ERROR(writer.Write(*posting, response->add_lines()));
    last = posting;
  }
}

}  // namespace

absl::Status StatementLineWriter::Write(const ledger::AccountPosting& posting,
                                        v1::StatementLine* out) {
  out->set_sequence(WireSequence(posting.sequence));
  WriteTime(posting.time_us, out->mutable_record_time());
  WriteDate(posting.booking_date, out->mutable_booking_date());
  WriteDate(posting.value_date, out->mutable_value_date());
  WriteAmount(posting.amount, out->mutable_amount());
  WriteAmount(posting.balance_after, out->mutable_balance_after());
  out->set_kind(
      static_cast<v1::StatementLine::Kind>(static_cast<int>(posting.kind)));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::TradeHistory> trade,
      engine::FindTrade(snapshot(), posting.trade, posting.sequence));
  if (!trade.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "a posting names the trade ", static_cast<uint64_t>(posting.trade),
        ", which is not there"));
  }
  return WriteTradeOf(*trade, posting, out);
}

absl::Status StatementLineWriter::WriteTradeOf(
    const engine::TradeHistory& trade, const ledger::AccountPosting& posting,
    v1::StatementLine* out) {
  const engine::TradeCreated& created = trade.row.created;
  out->set_trade(TradeName(scope_.network.id(), trade.id));
  SKONTRO_ASSIGN_OR_RETURN(
      const Party* party,
      PartyOf(created.seller == owner_ ? created.buyer : created.seller));
  out->set_counterparty(party->name);
  out->set_counterparty_legal_name(party->legal_name);
  if (created.invoice.has_value()) {
    out->set_invoice_number(created.invoice->number);
  }
  const int64_t value = LegsOfEntry(trade, posting.kind).national_value;
  WriteMoney(scope_.network.terms().peg_currency,
             posting.amount < ledger::Amount() ? -value : value,
             out->mutable_national_value());
  return absl::OkStatus();
}

absl::StatusOr<const StatementLineWriter::Party*> StatementLineWriter::PartyOf(
    engine::MemberNumber number) {
  const auto known = parties_.find(number);
  if (known != parties_.end()) return known->second.get();
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> row,
      engine::FindMember(snapshot(), number, scope_.view.sequence));
  if (!row.has_value()) {
    return absl::DataLossError(absl::StrCat("a trade names the member number ",
                                            static_cast<uint64_t>(number),
                                            ", which is not there"));
  }
  SKONTRO_ASSIGN_OR_RETURN(const engine::MemberProfile profile,
                           engine::ReadProfile(snapshot(), *std::move(row)));
  auto party = std::make_unique<Party>(
      Party{MemberName(scope_.network.id(), profile.row.created.id),
            profile.legal_name});
  return parties_.emplace(number, std::move(party)).first->second.get();
}

StatementQuery ReadStatementQuery(const v1::GetStatementRequest& request,
                                  Form* form) {
  StatementQuery query;
  query.name = form->AccountName("name", request.name());
  if (request.has_from_date()) {
    query.from = form->Date("from_date", request.from_date());
  }
  if (request.has_to_date()) {
    query.to = form->Date("to_date", request.to_date());
  }
  if (query.from.has_value() && query.to.has_value() && query.to < query.from) {
    form->Refuse("to_date", FormatDate(query.to),
                 absl::StrCat("a day that is not before from_date, ",
                              FormatDate(query.from)));
  }
  query.page_size = form->PageSize(request.page_size());
  return query;
}

absl::Status WriteStatement(const ReadScope& scope, std::string_view method,
                            const StatementQuery& query,
                            const v1::GetStatementRequest& request,
                            v1::GetStatementResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, method, request));
  const ReadScope shown{scope.network, scope.view, page.sequence, scope.actor};
  SKONTRO_ASSIGN_OR_RETURN(const AccountView account,
                           ReadAccount(shown, query.name, request.name()));
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::SequenceRange range,
      RangeOf(snapshot, query.from, query.to, page.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::AccountState opening,
      AccountAt(snapshot, account.account, ledger::Before(range.first)));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::AccountState closing,
                           AccountAt(snapshot, account.account, range.last));
  WriteAccount(scope.network.id(), account, response->mutable_account());
  WriteAmount(opening.balance, response->mutable_opening_balance());
  WriteAmount(closing.balance, response->mutable_closing_balance());
  response->set_sequence(WireSequence(page.sequence));
  return WriteLines(shown, page, account, range, query.page_size, response);
}

}  // namespace skontro::server
