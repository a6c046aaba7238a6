#include "tests/simulation/scan.h"

#include <utility>
#include <variant>

#include "engine/event_codec.h"
#include "ledger/base/check.h"
#include "ledger/store_journal.h"

namespace skontro::simulation {

using engine::TradeAccepted;
using engine::TradeCreated;
using engine::TradeDeclined;
using engine::TradeNumber;
using engine::TradeReversed;
using engine::TradeState;
using ledger::Sequence;

Scan::Scan(const ledger::Snapshot& snapshot) {
  ledger::JournalReader reader(&snapshot, Sequence{1}, ledger::Trust::kNothing);
  while (true) {
    auto next = reader.Next();
    SKONTRO_CHECK(next.ok());
    if (!next->has_value()) break;
    for (ledger::Record& record : (*next)->batch.records) {
      absl::StatusOr<engine::Event> event = engine::DecodeEvent(record.event);
      SKONTRO_CHECK(event.ok());
      events_.push_back(*std::move(event));
      records_.push_back(std::move(record));
    }
  }
}

std::vector<ledger::AccountPosting> Scan::PostingsOf(uint64_t account,
                                                     uint64_t first,
                                                     uint64_t last) const {
  std::vector<ledger::AccountPosting> postings;
  uint64_t count = 0;
  for (uint64_t sequence = 1; sequence <= records_.size(); ++sequence) {
    const ledger::Record& of = record(sequence);
    uint32_t leg = 0;
    for (const ledger::Entry& entry : of.entries) {
      for (const ledger::Posting& posting : entry.postings) {
        const uint32_t rank = leg++;
        if (static_cast<uint64_t>(posting.account) != account) continue;
        ++count;
        if (sequence < first || sequence > last) continue;
        ledger::AccountPosting out;
        out.sequence = Sequence{sequence};
        out.leg = rank;
        out.amount = posting.amount;
        out.balance_after = posting.balance_after;
        out.posting_count = count;
        out.kind = entry.kind;
        out.trade = entry.trade;
        for (const ledger::Posting& other : entry.postings) {
          if (other.account != posting.account) {
            out.counterparty = other.account;
          }
        }
        out.booking_date = of.booking_date;
        out.value_date = entry.value_date;
        out.time_us = of.time_us;
        postings.push_back(out);
      }
    }
  }
  return postings;
}

// What an event about holds does to the trade, if it is about it.
void Scan::TakeHold(const engine::Event& what,
                    const engine::TradeHistory::Step& step,
                    engine::TradeHistory* trade) {
  if (const auto* held = std::get_if<engine::TradeAuthorised>(&what)) {
    if (held->trade != trade->number) return;
    trade->state = TradeState::kAuthorised;
    trade->hold_expire_time_us = held->expire_time_us;
  } else if (const auto* part = std::get_if<engine::HoldSettled>(&what)) {
    if (part->trade != trade->number) return;
    trade->state = part->state;
    trade->settled = step;
    trade->newest_part = {part->units, part->national_value, part->cash};
    engine::TradeLegs* const all = &trade->all_parts;
    all->units = *Add(all->units, part->units);
    all->national_value += part->national_value;
    all->cash += part->cash;
  } else if (const auto* let_go = std::get_if<engine::HoldReleased>(&what)) {
    if (let_go->trade != trade->number) return;
    trade->state = let_go->state;
    if (trade->state != TradeState::kSettled) trade->ended = step;
  } else if (const auto* over = std::get_if<engine::HoldExpired>(&what)) {
    if (over->trade != trade->number) return;
    trade->state = over->state;
    if (trade->state != TradeState::kSettled) trade->ended = step;
  } else if (const auto* back = std::get_if<engine::TradeWithdrawn>(&what)) {
    if (back->trade != trade->number) return;
    trade->state = TradeState::kWithdrawn;
    trade->ended = step;
  }
}

std::optional<engine::TradeHistory> Scan::FindTrade(const std::string& id,
                                                    uint64_t as_of) const {
  std::optional<engine::TradeHistory> found;
  for (uint64_t sequence = 1; sequence <= as_of && sequence <= last();
       ++sequence) {
    const ledger::Record& of = record(sequence);
    const engine::TradeHistory::Step step{Sequence{sequence}, of.time_us,
                                          of.booking_date};
    const engine::Event& what = event(sequence);
    if (const auto* created = std::get_if<TradeCreated>(&what)) {
      const auto number = TradeNumber{sequence};
      if (engine::TradeId(*created, number) != id) continue;
      SKONTRO_CHECK_AT(!found.has_value(), sequence);
      found.emplace();
      found->number = number;
      found->id = id;
      found->row = {*created, of.time_us, of.booking_date};
      if (created->holds.has_value()) {
        found->state = TradeState::kAuthorised;
        found->hold_expire_time_us = created->hold_expire_time_us;
      } else if (created->initiator == engine::Initiator::kBuyer) {
        found->state = TradeState::kSettled;
        found->settled = step;
      }
      continue;
    }
    if (!found.has_value()) continue;
    if (const auto* accepted = std::get_if<TradeAccepted>(&what)) {
      if (accepted->trade != found->number) continue;
      found->state = TradeState::kSettled;
      found->settled = step;
    } else if (const auto* declined = std::get_if<TradeDeclined>(&what)) {
      if (declined->trade != found->number) continue;
      found->state = TradeState::kDeclined;
      found->ended = step;
    } else if (const auto* reversed = std::get_if<TradeReversed>(&what)) {
      if (reversed->trade != found->number) continue;
      found->state = TradeState::kReversed;
      found->ended = step;
    } else {
      TakeHold(what, step, &*found);
    }
  }
  return found;
}

std::vector<uint64_t> Scan::TradesOf(uint64_t member, uint64_t before) const {
  std::vector<uint64_t> numbers;
  for (uint64_t sequence = last(); sequence > 0; --sequence) {
    const auto* created = std::get_if<TradeCreated>(&event(sequence));
    if (created == nullptr || sequence >= before) continue;
    if (member == 0 || static_cast<uint64_t>(created->seller) == member ||
        static_cast<uint64_t>(created->buyer) == member) {
      numbers.push_back(sequence);
    }
  }
  return numbers;
}

std::vector<uint64_t> Scan::LimitChangesOf(uint64_t account,
                                           uint64_t before) const {
  std::vector<uint64_t> sequences;
  for (uint64_t sequence = last(); sequence > 0; --sequence) {
    const auto* set = std::get_if<engine::CreditLineSet>(&event(sequence));
    if (set == nullptr || sequence >= before) continue;
    if (static_cast<uint64_t>(set->account) == account) {
      sequences.push_back(sequence);
    }
  }
  return sequences;
}

uint64_t Scan::Admission(const std::string& id) const {
  for (uint64_t sequence = 1; sequence <= last(); ++sequence) {
    const auto* member = std::get_if<engine::MemberCreated>(&event(sequence));
    if (member != nullptr && member->id == id) return sequence;
  }
  return 0;
}

}  // namespace skontro::simulation
