#include "tests/simulation/audit.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/event_projector.h"
#include "engine/index_reader.h"
#include "engine/trade_walk.h"
#include "ledger/base/check.h"
#include "ledger/statement.h"
#include "ledger/store_journal.h"
#include "tests/simulation/edge.h"

namespace skontro::simulation {
namespace {

using engine::AccountId;
using engine::MemberNumber;
using engine::TradeNumber;
using ledger::CivilDate;
using ledger::Family;
using ledger::Sequence;

using Numbers = std::vector<uint64_t>;

bool Same(const ledger::AccountPosting& a, const ledger::AccountPosting& b) {
  return a.sequence == b.sequence && a.leg == b.leg && a.amount == b.amount &&
         a.balance_after == b.balance_after &&
         a.posting_count == b.posting_count && a.kind == b.kind &&
         a.trade == b.trade && a.counterparty == b.counterparty &&
         a.booking_date == b.booking_date && a.value_date == b.value_date &&
         a.time_us == b.time_us;
}

bool Same(const std::optional<engine::TradeHistory::Step>& a,
          const std::optional<engine::TradeHistory::Step>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return a->sequence == b->sequence && a->time_us == b->time_us &&
         a->booking_date == b->booking_date;
}

bool Same(const std::optional<engine::TradeHistory>& a,
          const std::optional<engine::TradeHistory>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return a->number == b->number && a->id == b->id && a->state == b->state &&
         a->row.created == b->row.created && a->row.time_us == b->row.time_us &&
         a->row.booking_date == b->row.booking_date &&
         Same(a->settled, b->settled) && Same(a->ended, b->ended) &&
         a->hold_expire_time_us == b->hold_expire_time_us &&
         a->all_parts == b->all_parts && a->newest_part == b->newest_part;
}

std::string TextOf(const Row& row) {
  std::string text = absl::StrCat(row.time_us, " on ", row.day, " ", row.client,
                                  " ", row.request_id, " x", row.group_count,
                                  " ", row.event, " ", row.entry);
  for (const Movement& move : row.movements) {
    absl::StrAppend(&text, " [", move.account, ": ", move.amount.str(), " -> ",
                    move.balance_after.str(), "]");
  }
  return text;
}

// The first `limit` of `all`.
Numbers Head(Numbers all, size_t limit) {
  all.resize(std::min(all.size(), limit));
  return all;
}

}  // namespace

uint64_t Audit::AnySequence() {
  return static_cast<uint64_t>(
      dice_->UpTo(static_cast<int64_t>(scan_.last()) + 4));
}

// Of a member or account, or of none.
uint64_t Audit::AnyNumber() {
  return static_cast<uint64_t>(
      dice_->UpTo(static_cast<int64_t>(oracle_.members().size()) + 3));
}

std::string Audit::AnyTradeName() {
  if (dice_->Percent(30)) return absl::StrCat("a-", dice_->Below(70));
  return absl::StrCat("t", AnySequence());
}

std::string Audit::CheckJournal() const {
  if (scan_.last() != oracle_.sequence()) {
    return absl::StrCat("the journal has ", scan_.last(), " records and not ",
                        oracle_.sequence());
  }
  for (uint64_t sequence = 1; sequence <= scan_.last(); ++sequence) {
    const Row row = RowOf(scan_.record(sequence), sequence);
    const Row& expected = oracle_.rows()[sequence - 1];
    if (row == expected) continue;
    return absl::StrCat("record ", sequence, " is\n  ", TextOf(row),
                        "\n  and not\n  ", TextOf(expected));
  }
  return "";
}

std::string Audit::CheckReads(int questions) {
  for (int i = 0; i < questions; ++i) {
    std::string wrong;
    switch (dice_->UpTo(8)) {
      case 0:
        wrong = CheckBalance();
        break;
      case 1:
        wrong = CheckStatement();
        break;
      case 2:
        wrong = CheckTrade();
        break;
      case 3:
        wrong = CheckTrades();
        break;
      case 4:
        wrong = CheckLimits();
        break;
      case 5:
        wrong = CheckMember();
        break;
      case 6:
        wrong = CheckTaxId();
        break;
      default:
        wrong = CheckRecord();
        break;
    }
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string Audit::CheckBalance() {
  const uint64_t account = AnyNumber();
  const uint64_t as_of = AnySequence();
  const auto state =
      ledger::AccountAt(*view_.snapshot, AccountId{account}, Sequence{as_of});
  if (!state.ok()) return state.status().ToString();
  const auto postings = scan_.PostingsOf(account, 1, as_of);
  Integer balance = 0;
  for (const auto& posting : postings) balance += posting.amount.minor_units();
  const std::string wrong = CheckHolds(account, as_of);
  if (!wrong.empty()) return wrong;
  if (balance == state->balance.minor_units() &&
      postings.size() == state->posting_count) {
    return "";
  }
  return absl::StrCat("account ", account, " as of ", as_of, " reads ",
                      state->balance.minor_units(), " after ",
                      state->posting_count, " postings and not ", balance.str(),
                      " after ", postings.size());
}

// What is held, added up from the trades as they were then.
std::string Audit::CheckHolds(uint64_t account, uint64_t as_of) {
  const auto holds =
      engine::HoldsAt(*view_.snapshot, AccountId{account}, Sequence{as_of});
  if (!holds.ok()) return holds.status().ToString();
  struct Trade {
    Integer units;
    Integer held;
    bool buys = false;
  };
  std::map<uint64_t, Trade> trades;  // Of the account, by number.
  const auto of = [&](TradeNumber number) -> Trade* {
    const auto found = trades.find(static_cast<uint64_t>(number));
    return found == trades.end() ? nullptr : &found->second;
  };
  for (uint64_t sequence = 1; sequence <= std::min(as_of, scan_.last());
       ++sequence) {
    const engine::Event& event = scan_.event(sequence);
    if (const auto* made = std::get_if<engine::TradeCreated>(&event)) {
      const bool buys = static_cast<uint64_t>(made->buyer) == account;
      if (!buys && static_cast<uint64_t>(made->seller) != account) continue;
      Trade& trade = trades[sequence];
      trade.units = made->units.minor_units();
      if (made->holds.has_value()) trade.held = trade.units;
      trade.buys = buys;
    } else if (const auto* held =
                   std::get_if<engine::TradeAuthorised>(&event)) {
      Trade* const trade = of(held->trade);
      if (trade != nullptr) trade->held = trade->units;
    } else if (const auto* part = std::get_if<engine::HoldSettled>(&event)) {
      Trade* const trade = of(part->trade);
      if (trade == nullptr) continue;
      trade->held -= part->units.minor_units();
      if (part->state == engine::TradeState::kSettled) trade->held = 0;
    } else if (const auto* let_go = std::get_if<engine::HoldReleased>(&event)) {
      Trade* const trade = of(let_go->trade);
      if (trade != nullptr) trade->held = 0;
    } else if (const auto* over = std::get_if<engine::HoldExpired>(&event)) {
      Trade* const trade = of(over->trade);
      if (trade != nullptr) trade->held = 0;
    }
  }
  Integer out = 0;
  Integer in = 0;
  for (const auto& [number, trade] : trades) {
    (trade.buys ? out : in) += trade.held;
  }
  if (out == holds->out.minor_units() && in == holds->in.minor_units()) {
    return "";
  }
  return absl::StrCat("of account ", account, " as of ", as_of, " ",
                      holds->out.minor_units(), " and ",
                      holds->in.minor_units(), " are held, and not ", out.str(),
                      " and ", in.str());
}

std::string Audit::CheckStatement() {
  const int32_t first_day = scan_.record(1).booking_date.days();
  const int32_t days =
      scan_.record(scan_.last()).booking_date.days() - first_day;
  const auto any_day = [&]() -> CivilDate {
    if (dice_->Percent(20)) return {};
    return CivilDate::FromDays(first_day - 3 +
                               static_cast<int32_t>(dice_->UpTo(days + 7)));
  };
  const uint64_t account = AnyNumber();
  const CivilDate from = any_day();
  const CivilDate to = any_day();
  if (from.has_value() && to.has_value() && to < from) return "";
  const uint64_t as_of =
      1 +
      static_cast<uint64_t>(dice_->UpTo(static_cast<int64_t>(scan_.last())));

  const std::string what =
      absl::StrCat("the statement of ", account, " from ", FormatDate(from),
                   " to ", FormatDate(to), " as of ", as_of);
  const auto range =
      ledger::RangeOf(*view_.snapshot, from, to, Sequence{as_of});
  if (!range.ok()) return what + " has no range";
  std::vector<ledger::AccountPosting> expected;
  Integer opening = 0;
  for (const auto& posting : scan_.PostingsOf(account, 1, as_of)) {
    if (from.has_value() && posting.booking_date < from) {
      opening += posting.amount.minor_units();
    } else if (!to.has_value() || posting.booking_date <= to) {
      expected.push_back(posting);
    }
  }
  const auto before = ledger::AccountAt(*view_.snapshot, AccountId{account},
                                        ledger::Before(range->first));
  if (!before.ok() || opening != before->balance.minor_units()) {
    return what + " opens with another balance";
  }
  ledger::PostingWalk walk(view_.snapshot.get(), AccountId{account}, *range);
  size_t rank = 0;
  if (!expected.empty() && dice_->Percent(50)) {
    rank = dice_->Below(expected.size());
    walk.SkipTo(expected[rank].sequence, expected[rank].leg);
    ++rank;
  }
  for (; true; ++rank) {
    const auto posting = walk.Next();
    if (!posting.ok()) return what + " cannot be walked";
    if (posting->has_value() != (rank < expected.size())) {
      return absl::StrCat(what, " ends behind ", rank, " of ", expected.size());
    }
    if (!posting->has_value()) return "";
    if (!Same(**posting, expected[rank])) {
      return absl::StrCat(what, " differs in line ", rank);
    }
  }
}

std::string Audit::CheckTrade() {
  const std::string id = AnyTradeName();
  const uint64_t as_of = AnySequence();
  const auto found = engine::FindTrade(*view_.snapshot, id, Sequence{as_of});
  const auto expected = scan_.FindTrade(id, as_of);
  if (!found.ok() || !Same(*found, expected)) {
    return absl::StrCat("trade ", id, " as of ", as_of,
                        " reads differently from the journal");
  }
  if (!found->has_value()) return "";
  const auto text = engine::ReadDescription(*view_.snapshot, **found);
  for (const Oracle::Trade& trade : oracle_.trades()) {
    if (trade.id != id) continue;
    if (!text.ok() || *text != trade.description) {
      return absl::StrCat("the description of trade ", id, " is another");
    }
    return "";
  }
  return absl::StrCat("trade ", id, " was never made");
}

std::string Audit::CheckTrades() {
  const uint64_t member = AnyNumber();
  const uint64_t before = AnySequence();
  const size_t limit = 1 + dice_->Below(dice_->Percent(50) ? 5 : 10'000);
  engine::WalkBudget budget(SIZE_MAX);
  const engine::TradeWalkPtr walk =
      member == 0
          ? engine::WalkAllTrades(*view_.snapshot,
                                  engine::WalkOrder::kNewestFirst, &budget)
          : engine::WalkTradesOf(*view_.snapshot, MemberNumber{member},
                                 AccountId{member},
                                 engine::WalkOrder::kNewestFirst, &budget);
  Numbers numbers;
  absl::Status status;
  for (uint64_t place = before; status.ok() && place > 0;) {
    status = walk->SeekTo(TradeNumber{--place});
    if (!walk->Valid() || numbers.size() == limit) break;
    place = static_cast<uint64_t>(walk->number());
    numbers.push_back(place);
  }
  if (status.ok() && numbers == Head(scan_.TradesOf(member, before), limit)) {
    return "";
  }
  return absl::StrCat("the trades of member ", member, " before ", before,
                      " read differently from the journal");
}

std::string Audit::CheckLimits() {
  const uint64_t account = AnyNumber();
  const uint64_t as_of = AnySequence();
  const engine::NetworkCreated terms = NetworkOf(oracle_.terms());
  const auto limits = engine::LimitsAt(*view_.snapshot, terms,
                                       AccountId{account}, Sequence{as_of});
  const Numbers changes = scan_.LimitChangesOf(account, as_of + 1);
  engine::Limits expected{terms.default_credit_line,
                          terms.default_balance_limit, false};
  if (!changes.empty()) {
    const auto& set =
        std::get<engine::CreditLineSet>(scan_.event(changes.front()));
    expected = {set.new_credit_line, set.new_balance_limit, true};
  }
  const std::string what =
      absl::StrCat("the limits of account ", account, " as of ", as_of);
  if (!limits.ok() || limits->credit_line != expected.credit_line ||
      limits->balance_limit != expected.balance_limit ||
      limits->own != expected.own) {
    return what + " read differently from the journal";
  }
  Numbers walked;
  bool rows_are_right = true;
  const absl::Status status = engine::WalkLimits(
      *view_.snapshot, AccountId{account}, Sequence{as_of + 1},
      [&](Sequence sequence, const engine::LimitRow& row) {
        const auto number = static_cast<uint64_t>(sequence);
        walked.push_back(number);
        const ledger::Record& record = scan_.record(number);
        rows_are_right =
            rows_are_right && row.author == record.actor &&
            row.time_us == record.time_us &&
            row.set == std::get<engine::CreditLineSet>(scan_.event(number)) &&
            static_cast<uint64_t>(row.subject) == account;
        return true;
      });
  if (status.ok() && rows_are_right && walked == changes) return "";
  return what + " are walked differently";
}

std::string Audit::CheckMember() {
  const std::string id = absl::StrCat("m", dice_->UpTo(10));
  const uint64_t as_of = AnySequence();
  const uint64_t admission = scan_.Admission(id);
  const bool there = admission != 0 && admission <= as_of;
  const std::string what = absl::StrCat("member ", id, " as of ", as_of);
  const auto found = engine::FindMember(*view_.snapshot, id, Sequence{as_of});
  if (!found.ok() || found->has_value() != there) {
    return what + " is there or not, against the journal";
  }
  Numbers walked;
  const uint64_t first = AnyNumber();
  const absl::Status status = engine::WalkMembers(
      *view_.snapshot, MemberNumber{first}, Sequence{as_of},
      [&](const engine::MemberRow& row) {
        walked.push_back(static_cast<uint64_t>(row.sequence));
        return true;
      });
  Numbers expected;
  for (uint64_t sequence = 1; sequence <= std::min(as_of, scan_.last());
       ++sequence) {
    const auto* member =
        std::get_if<engine::MemberCreated>(&scan_.event(sequence));
    if (member != nullptr && static_cast<uint64_t>(member->number) >= first) {
      expected.push_back(sequence);
    }
  }
  if (!status.ok() || walked != expected) return "members are walked wrongly";
  if (!there) return "";
  if ((*found)->created !=
      std::get<engine::MemberCreated>(scan_.event(admission))) {
    return what + " is another";
  }
  const auto profile = engine::ReadProfile(*view_.snapshot, **found);
  if (!profile.ok() || profile->legal_name.empty())
    return what + " has no name";
  return "";
}

std::string Audit::CheckTaxId() {
  const std::string id =
      absl::StrCat(dice_->Percent(50) ? "be " : "B.E", dice_->UpTo(5));
  const auto found = engine::FindByTaxId(*view_.snapshot, id);
  if (!found.ok()) return found.status().ToString();
  Numbers expected;
  for (uint64_t sequence = 1; sequence <= scan_.last(); ++sequence) {
    const auto* member =
        std::get_if<engine::MemberCreated>(&scan_.event(sequence));
    if (member == nullptr) continue;
    bool has = LettersAndDigits(member->vat_id) == LettersAndDigits(id);
    for (const engine::CompanyId& company : member->company_ids) {
      has = has || LettersAndDigits(company.value) == LettersAndDigits(id);
    }
    if (has) expected.push_back(static_cast<uint64_t>(member->number));
  }
  Numbers numbers;
  for (const MemberNumber number : *found) {
    numbers.push_back(static_cast<uint64_t>(number));
  }
  if (numbers == expected) return "";
  return absl::StrCat("tax id ", id, " finds ", numbers.size(),
                      " members and not ", expected.size());
}

std::string Audit::CheckRecord() {
  const uint64_t sequence = AnySequence();
  const auto found = ledger::ReadRecord(*view_.snapshot, Sequence{sequence});
  if (sequence == 0 || sequence > scan_.last()) {
    // Sequence 0 is before the first record.
    return found.ok() ? absl::StrCat("there is a record ", sequence) : "";
  }
  if (!found.ok() || found->record != scan_.record(sequence)) {
    return absl::StrCat("record ", sequence, " reads differently");
  }
  return "";
}

std::unique_ptr<ledger::MemoryStore> OnlyTheJournalOf(
    const ledger::Snapshot& snapshot) {
  ledger::WriteBatch rows;
  for (const Family family : {Family::kJournal, Family::kPersonal}) {
    const auto it = snapshot.NewIterator(family);
    for (it->Seek(""); it->Valid(); it->Next()) {
      rows.Put(family, std::string(it->key()), std::string(it->value()));
    }
  }
  const auto format = snapshot.Get(Family::kMeta, "format");
  SKONTRO_CHECK(format.ok());
  if (format->has_value()) rows.Put(Family::kMeta, "format", **format);
  auto store = std::make_unique<ledger::MemoryStore>();
  SKONTRO_CHECK(store->Write(rows, ledger::Durability::kSynced).ok());
  return store;
}

std::string Audit::CheckRebuild() const {
  const auto store = OnlyTheJournalOf(*view_.snapshot);
  engine::IndexProjector projector;
  const auto projection = ledger::Projection::Open(store.get(), &projector);
  if (!projection.ok()) return projection.status().ToString();
  const ledger::ReadView rebuilt = (*projection)->view();
  if (rebuilt.sequence != view_.sequence || rebuilt.digest != view_.digest) {
    return "a rebuilt projection reaches another record";
  }
  for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
    // Checkpoints are no function of the journal: they come when they come.
    if (static_cast<Family>(i) == Family::kCheckpoint) continue;
    const auto a = view_.snapshot->NewIterator(static_cast<Family>(i));
    const auto b = rebuilt.snapshot->NewIterator(static_cast<Family>(i));
    a->Seek("");
    b->Seek("");
    for (; a->Valid() && b->Valid(); a->Next(), b->Next()) {
      if (a->key() != b->key() || a->value() != b->value()) break;
    }
    if (a->Valid() || b->Valid()) {
      return absl::StrCat("rebuilt rows of ",
                          std::string(ledger::kFamilyNames[i]), " are others");
    }
  }
  return "";
}

}  // namespace skontro::simulation
