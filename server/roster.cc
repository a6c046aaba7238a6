#include "server/roster.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/event_codec.h"
#include "engine/visibility.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/statement.h"
#include "server/convert_member.h"
#include "server/error.h"
#include "server/text_fold.h"

namespace skontro::server {
namespace {

using engine::MemberNumber;
using engine::MemberRow;

// About so many rows are touched for an account, for a legal name, and for
// where a membership stands.
constexpr size_t kRowsOfAccount = 4;
constexpr size_t kRowsOfName = 1;
constexpr size_t kRowsOfStanding = 1;

bool HasTaxId(const engine::MemberCreated& created, std::string_view wanted) {
  const std::string id = engine::NormaliseTaxId(wanted);
  if (engine::NormaliseTaxId(created.vat_id) == id) return true;
  return std::any_of(created.company_ids.begin(), created.company_ids.end(),
                     [&](const engine::CompanyId& company_id) {
                       return engine::NormaliseTaxId(company_id.value) == id;
                     });
}

std::string OrderedNumber(int64_t number) {
  std::string key;
  ledger::AppendBigEndian(&key,
                          static_cast<uint64_t>(number) ^ (uint64_t{1} << 63));
  return key;
}

}  // namespace

Roster::Roster(const ReadScope& scope, const Page& page,
               const RosterQuery& query)
    : scope_(scope),
      page_(page),
      query_(query),
      postings_(snapshot().NewIterator(ledger::Family::kAccountEntry)),
      limits_(snapshot().NewIterator(ledger::Family::kLimit)),
      holds_(snapshot().NewIterator(ledger::Family::kHold)) {}

absl::StatusOr<std::vector<Roster::Row>> Roster::Read() {
  return query_.order.field == kRosterCreateTime ? ReadByNumber()
                                                 : ReadSorted();
}

absl::Status Roster::AddAccount(Row* row) {
  if (row->account.has_value()) return absl::OkStatus();
  rows_ += kRowsOfAccount;
  AccountView& account = row->account.emplace();
  account.member_id = row->member.created.id;
  account.owner = row->member.created.number;
  account.account = row->member.created.main_account;
  SKONTRO_ASSIGN_OR_RETURN(
      account.state,
      AccountAt(postings_.get(), account.account, page_.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      account.limits, engine::LimitsAt(limits_.get(), scope_.network.terms(),
                                       account.account, page_.sequence));
  SKONTRO_RETURN_IF_ERROR(AddStanding(row));
  account.is_bound_to_zero = IsBoundToZero(row->standing->status);
  SKONTRO_ASSIGN_OR_RETURN(
      account.holds,
      engine::HoldsAt(holds_.get(), account.account, page_.sequence));
  return absl::OkStatus();
}

absl::Status Roster::AddLegalName(Row* row) {
  if (row->legal_name.has_value()) return absl::OkStatus();
  rows_ += kRowsOfName;
  SKONTRO_ASSIGN_OR_RETURN(row->legal_name,
                           engine::ReadLegalName(snapshot(), row->member));
  return absl::OkStatus();
}

absl::Status Roster::AddStanding(Row* row) {
  if (row->standing.has_value()) return absl::OkStatus();
  rows_ += kRowsOfStanding;
  SKONTRO_ASSIGN_OR_RETURN(
      row->standing, engine::StandingAt(snapshot(), row->member.created.number,
                                        page_.sequence));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<MemberNumber>>> Roster::Some() {
  std::optional<std::vector<MemberNumber>> numbers;
  const Comparison* const member = query_.filter.RequiredEqual(kRosterMember);
  const Comparison* const tax_id = query_.filter.RequiredEqual(kRosterTaxId);
  if (member != nullptr) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<MemberRow> row,
        engine::FindMember(snapshot(), member->text, page_.sequence));
    numbers.emplace();
    if (row.has_value()) numbers->push_back(row->created.number);
  } else if (!query_.tax_id.empty() || tax_id != nullptr) {
    SKONTRO_ASSIGN_OR_RETURN(
        numbers,
        engine::FindByTaxId(
            snapshot(), query_.tax_id.empty() ? tax_id->text : query_.tax_id));
  } else if (!engine::SeesAll(scope_.actor)) {
    numbers.emplace();
    if (scope_.actor.scope != nullptr) numbers = scope_.actor.scope->members;
  }
  if (numbers.has_value()) {
    std::erase_if(*numbers, [&](MemberNumber number) {
      return !engine::SeesMember(scope_.actor, number);
    });
  }
  return numbers;
}

absl::Status Roster::Walk(MemberNumber first, bool descending,
                          const Visit& visit) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<std::vector<MemberNumber>> some,
                           Some());
  if (!some.has_value()) return WalkAll(first, descending, visit);
  if (descending) std::reverse(some->begin(), some->end());
  for (const MemberNumber number : *some) {
    if (descending ? number > first : number < first) continue;
    ++rows_;
    SKONTRO_ASSIGN_OR_RETURN(
        std::optional<MemberRow> row,
        engine::FindMember(snapshot(), number, page_.sequence));
    if (!row.has_value()) continue;
    SKONTRO_ASSIGN_OR_RETURN(const bool goes_on,
                             visit(Row{*std::move(row), {}, {}, {}}));
    if (!goes_on) break;
  }
  return absl::OkStatus();
}

absl::Status Roster::WalkAll(MemberNumber first, bool descending,
                             const Visit& visit) {
  const std::unique_ptr<ledger::Iterator> it =
      snapshot().NewIterator(ledger::Family::kMember);
  if (descending) {
    it->SeekForPrev(engine::MemberKey(first));
  } else {
    it->Seek(engine::MemberKey(first));
  }
  while (it->Valid()) {
    ++rows_;
    SKONTRO_ASSIGN_OR_RETURN(MemberRow member,
                             engine::DecodeMemberRow(it->value()));
    // Who came after the sequence of the list is hidden.
    if (member.sequence <= page_.sequence) {
      SKONTRO_ASSIGN_OR_RETURN(const bool goes_on,
                               visit(Row{std::move(member), {}, {}, {}}));
      if (!goes_on) break;
    } else if (!descending) {
      break;
    }
    descending ? it->Prev() : it->Next();
  }
  return it->status();
}

absl::StatusOr<std::vector<Roster::Row>> Roster::ReadByNumber() {
  std::vector<Row> rows;
  const bool descending = query_.order.descending;
  const MemberNumber first{page_.is_first && descending ? UINT64_MAX
                                                        : page_.number};
  size_t visited = 0;
  SKONTRO_RETURN_IF_ERROR(
      Walk(first, descending, [&](Row row) -> absl::StatusOr<bool> {
        if (rows.size() == query_.page_size ||
            (rows_ > kPageRowsMax && visited > 0)) {
          next_page_token_ = NextPage(
              scope_, page_, static_cast<uint64_t>(row.member.created.number));
          return false;
        }
        ++visited;
        SKONTRO_ASSIGN_OR_RETURN(const bool passes, Passes(&row));
        if (passes) rows.push_back(std::move(row));
        return true;
      }));
  return rows;
}

absl::Status Roster::CheckCount() const {
  size_t count = 0;
  if (engine::SeesAll(scope_.actor)) {
    SKONTRO_ASSIGN_OR_RETURN(const MemberNumber last,
                             engine::LastMember(snapshot()));
    count = static_cast<size_t>(last);
  } else if (scope_.actor.scope != nullptr) {
    count = scope_.actor.scope->members.size();
  }
  if (count <= kSortedMembersMax) return absl::OkStatus();
  Form form;
  form.Refuse("order_by", absl::StrCat("an order of ", count, " members"),
              absl::StrCat("an order of at most ", kSortedMembersMax,
                           "; leave order_by empty and narrow the filter"));
  return ToStatus(form.refusals().front());
}

// Keeps the first of those that come after the page's place.
absl::StatusOr<std::vector<Roster::Row>> Roster::ReadSorted() {
  SKONTRO_RETURN_IF_ERROR(CheckCount());
  using Named = std::pair<std::string, uint64_t>;
  const Named last_shown{page_.key, page_.number};
  std::map<Named, Row> first;
  SKONTRO_RETURN_IF_ERROR(
      Walk(MemberNumber{0}, false, [&](Row row) -> absl::StatusOr<bool> {
        SKONTRO_ASSIGN_OR_RETURN(const bool passes, Passes(&row));
        if (!passes) return true;
        SKONTRO_ASSIGN_OR_RETURN(std::string key, SortKeyOfRow(&row));
        Named place{std::move(key),
                    static_cast<uint64_t>(row.member.created.number)};
        if (!page_.is_first && place <= last_shown) return true;
        if (first.size() > query_.page_size && place > first.rbegin()->first) {
          return true;
        }
        first.emplace(std::move(place), std::move(row));
        if (first.size() > query_.page_size + 1) first.erase(--first.end());
        return true;
      }));
  std::vector<Row> rows;
  for (auto& [place, row] : first) {
    if (rows.size() < query_.page_size) {
      rows.push_back(std::move(row));
      continue;
    }
    const Named& shown = std::prev(first.find(place))->first;
    next_page_token_ = NextPage(scope_, page_, shown.second, 0, shown.first);
  }
  return rows;
}

// A key that sorts as the order says, byte by byte.
absl::StatusOr<std::string> Roster::SortKeyOfRow(Row* row) {
  std::string key;
  if (query_.order.field == kRosterLegalName) {
    SKONTRO_RETURN_IF_ERROR(AddLegalName(row));
    key = SortKeyOf(*row->legal_name, kSortKeyLengthMax);
    key.resize(kSortKeyLengthMax);
  } else {
    SKONTRO_RETURN_IF_ERROR(AddAccount(row));
    const AccountView& account = *row->account;
    key = OrderedNumber(query_.order.field == kRosterBalance
                            ? account.state.balance.minor_units()
                        : query_.order.field == kRosterLineUsed
                            ? LineUsedPercentOf(account)
                            : SpendableOf(account));
  }
  if (query_.order.descending) {
    for (char& c : key) c = static_cast<char>(~c);
  }
  return key;
}

absl::StatusOr<bool> Roster::Passes(Row* row) {
  if (!query_.tax_id.empty() && !HasTaxId(row->member.created, query_.tax_id)) {
    return false;
  }
  Truth truth = Test(*row);
  if (truth == Truth::kUnknown) {
    SKONTRO_RETURN_IF_ERROR(AddStanding(row));
    truth = Test(*row);
  }
  if (truth == Truth::kUnknown) {
    SKONTRO_RETURN_IF_ERROR(AddAccount(row));
    truth = Test(*row);
  }
  if (truth == Truth::kUnknown) {
    SKONTRO_RETURN_IF_ERROR(AddLegalName(row));
    truth = Test(*row);
  }
  return truth == Truth::kTrue;
}

Truth Roster::Test(const Row& row) const {
  return query_.filter.Test(
      [&](const Comparison& comparison) { return Ask(row, comparison); });
}

Truth Roster::Ask(const Row& row, const Comparison& comparison) const {
  const engine::MemberCreated& created = row.member.created;
  switch (comparison.field) {
    case kRosterMember:
      return CompareExactly(comparison, created.id);
    case kRosterStatus:
      if (!row.standing.has_value()) return Truth::kUnknown;
      return Compare(comparison, static_cast<int64_t>(row.standing->status));
    case kRosterCountry:
      return CompareExactly(comparison, created.country);
    case kRosterTaxId:
      return TruthOf(HasTaxId(created, comparison.text) ==
                     (comparison.op == FilterOp::kEqual));
    case kRosterCreateTime:
      return Compare(comparison, row.member.time_us);
    case kAnyText:
      if (created.id.find(comparison.text) != std::string::npos) {
        return Truth::kTrue;
      }
      [[fallthrough]];
    case kRosterLegalName:
      if (!row.legal_name.has_value()) return Truth::kUnknown;
      return CompareText(comparison, *row.legal_name);
    default:
      break;
  }
  if (!row.account.has_value()) return Truth::kUnknown;
  const AccountView& account = *row.account;
  switch (comparison.field) {
    case kRosterBalance:
      return Compare(comparison, account.state.balance.minor_units());
    case kRosterSpendable:
      return Compare(comparison, SpendableOf(account));
    case kRosterCreditLine:
      return Compare(comparison, account.limits.credit_line.minor_units());
    case kRosterBalanceLimit:
      return Compare(comparison, account.limits.balance_limit.minor_units());
    case kRosterLineUsed:
      return Compare(comparison, LineUsedPercentOf(account));
    default:
      return Compare(comparison,
                     static_cast<int64_t>(account.state.posting_count));
  }
}

}  // namespace skontro::server
