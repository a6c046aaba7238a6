#include "engine/trade_walk.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "engine/row.h"
#include "ledger/account_codec.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::engine {
namespace {

using ledger::Family;
using ledger::Iterator;
using ledger::Snapshot;

// The keys of `family` that begin with `prefix`, with the number that follows
// it; what comes behind the number makes no difference.
class RowWalk : public TradeWalk {
 public:
  RowWalk(const Snapshot& snapshot, Family family, std::string prefix,
          WalkOrder order, WalkBudget* budget)
      : TradeWalk(order),
        it_(snapshot.NewIterator(family)),
        prefix_(std::move(prefix)),
        budget_(budget) {}

  absl::Status SeekWithin(TradeNumber number, TradeNumber /*bound*/) override {
    if (started_ && (!Valid() || !Before(this->number(), number))) {
      return absl::OkStatus();
    }
    budget_->Spend();
    // The next row is often the one, and costs a tenth.
    if (started_) {
      Step();
      if (!Valid() || !Before(this->number(), number)) {
        return it_->status();
      }
      budget_->Spend();
    }
    started_ = true;
    std::string key = prefix_;
    ledger::AppendBigEndian(&key, static_cast<uint64_t>(number));
    if (order() == WalkOrder::kOldestFirst) {
      it_->Seek(key);
    } else {
      // Behind every leg of the record, where keys go on.
      key.append(4, '\xff');
      it_->SeekForPrev(key);
    }
    return it_->status();
  }

  bool Valid() const override {
    return started_ && it_->Valid() &&
           it_->key().substr(0, prefix_.size()) == prefix_;
  }

  TradeNumber number() const override {
    return TradeNumber{
        ledger::ReadBigEndian<uint64_t>(it_->key().substr(prefix_.size()))};
  }

 protected:
  void Step() {
    if (order() == WalkOrder::kOldestFirst) {
      it_->Next();
    } else {
      it_->Prev();
    }
  }
  const Iterator& row() const { return *it_; }
  absl::Status status() const { return it_->status(); }
  WalkBudget* budget() const { return budget_; }

 private:
  const std::unique_ptr<Iterator> it_;
  const std::string prefix_;
  WalkBudget* const budget_;
  bool started_ = false;
};

// The trades that were paid when they were created: those have the sequence of
// their posting as their number, and need no row of their own.
class PaidWalk final : public RowWalk {
 public:
  PaidWalk(const Snapshot& snapshot, AccountId account, WalkOrder order,
           WalkBudget* budget)
      : RowWalk(snapshot, Family::kAccountEntry, ledger::AccountKey(account),
                order, budget) {}

  absl::Status SeekWithin(TradeNumber number, TradeNumber bound) override {
    SKONTRO_RETURN_IF_ERROR(RowWalk::SeekWithin(number, bound));
    while (Valid() && Before(this->number(), bound) && !budget()->spent()) {
      SKONTRO_ASSIGN_OR_RETURN(
          const ledger::AccountPosting posting,
          ledger::DecodeAccountEntry(row().key(), row().value()));
      if (posting.trade == this->number()) break;
      budget()->Spend();
      Step();
    }
    return status();
  }
};

class ListWalk final : public TradeWalk {
 public:
  ListWalk(std::vector<TradeNumber> numbers, WalkOrder order)
      : TradeWalk(order), numbers_(std::move(numbers)) {
    std::sort(numbers_.begin(), numbers_.end(),
              [order](TradeNumber a, TradeNumber b) {
                return ComesBefore(order, a, b);
              });
    numbers_.erase(std::unique(numbers_.begin(), numbers_.end()),
                   numbers_.end());
  }

  absl::Status SeekWithin(TradeNumber number, TradeNumber /*bound*/) override {
    started_ = true;
    while (Valid() && Before(numbers_[at_], number)) ++at_;
    return absl::OkStatus();
  }
  bool Valid() const override { return started_ && at_ < numbers_.size(); }
  TradeNumber number() const override { return numbers_[at_]; }

 private:
  std::vector<TradeNumber> numbers_;
  size_t at_ = 0;
  bool started_ = false;
};

class AnyWalk final : public TradeWalk {
 public:
  AnyWalk(std::vector<TradeWalkPtr> walks, WalkOrder order)
      : TradeWalk(order), walks_(std::move(walks)) {}

  // A walk that stops early stands before its next trade, so the first of all
  // places is one that no walk has passed.
  // None looks for more than is found already.
  absl::Status SeekWithin(TradeNumber number, TradeNumber bound) override {
    first_ = nullptr;
    for (const TradeWalkPtr& walk : walks_) {
      SKONTRO_RETURN_IF_ERROR(walk->SeekWithin(number, bound));
      if (!walk->Valid()) continue;
      if (first_ == nullptr || Before(walk->number(), first_->number())) {
        first_ = walk.get();
        if (Before(first_->number(), bound)) bound = first_->number();
      }
    }
    return absl::OkStatus();
  }
  bool Valid() const override { return first_ != nullptr; }
  TradeNumber number() const override { return first_->number(); }

 private:
  const std::vector<TradeWalkPtr> walks_;
  TradeWalk* first_ = nullptr;
};

// Each walk in turn leaps to where another one stands, until all stand there.
class AllWalk final : public TradeWalk {
 public:
  AllWalk(std::vector<TradeWalkPtr> walks, WalkOrder order, WalkBudget* budget)
      : TradeWalk(order), walks_(std::move(walks)), budget_(budget) {}

  absl::Status SeekWithin(TradeNumber number, TradeNumber bound) override {
    TradeNumber place = number;
    valid_ = true;
    for (size_t agreed = 0, i = 0; agreed < walks_.size();
         i = (i + 1) % walks_.size()) {
      TradeWalk& walk = *walks_[i];
      SKONTRO_RETURN_IF_ERROR(walk.SeekWithin(place, bound));
      if (!walk.Valid()) {
        valid_ = false;
        return absl::OkStatus();
      }
      if (Before(place, walk.number())) {
        place = walk.number();
        agreed = 0;
      }
      ++agreed;
      if (budget_->spent() || !Before(place, bound)) break;
    }
    number_ = place;
    return absl::OkStatus();
  }
  bool Valid() const override { return valid_; }
  TradeNumber number() const override { return number_; }

 private:
  const std::vector<TradeWalkPtr> walks_;
  WalkBudget* const budget_;
  TradeNumber number_{};
  bool valid_ = false;
};

// Every event is here: whoever adds one says what it does to a trade, or lists
// of open trades as of an older sequence miss some.
struct SteppedIn {
  using Trade = std::optional<TradeNumber>;

  Trade operator()(const TradeAccepted& event) const { return event.trade; }
  Trade operator()(const TradeDeclined& event) const { return event.trade; }
  Trade operator()(const TradeReversed& event) const { return event.trade; }
  Trade operator()(const TradeAuthorised& event) const { return event.trade; }
  Trade operator()(const HoldSettled& event) const { return event.trade; }
  Trade operator()(const HoldReleased& event) const { return event.trade; }
  Trade operator()(const HoldExpired& event) const { return event.trade; }
  Trade operator()(const TradeWithdrawn& event) const { return event.trade; }
  Trade operator()(const NetworkCreated&) const { return std::nullopt; }
  Trade operator()(const MemberCreated&) const { return std::nullopt; }
  Trade operator()(const CreditLineSet&) const { return std::nullopt; }
  Trade operator()(const TradeCreated&) const { return std::nullopt; }
  Trade operator()(const RequestRefused&) const { return std::nullopt; }
  Trade operator()(const HeadKeySet&) const { return std::nullopt; }
  Trade operator()(const RecoveryAccepted&) const { return std::nullopt; }
  Trade operator()(const StateDigested&) const { return std::nullopt; }
  Trade operator()(const ApiKeyCreated&) const { return std::nullopt; }
  Trade operator()(const ApiKeyRevoked&) const { return std::nullopt; }
  Trade operator()(const PoliciesSet&) const { return std::nullopt; }
  Trade operator()(const MemberStatusSet&) const { return std::nullopt; }
  Trade operator()(const WebhookCreated&) const { return std::nullopt; }
  Trade operator()(const WebhookStateSet&) const { return std::nullopt; }
};

}  // namespace

TradeWalkPtr WalkAllTrades(const Snapshot& snapshot, WalkOrder order,
                           WalkBudget* budget) {
  return std::make_unique<RowWalk>(snapshot, Family::kTrade, "", order, budget);
}

TradeWalkPtr WalkTradesOf(const Snapshot& snapshot, MemberNumber member,
                          AccountId account, WalkOrder order,
                          WalkBudget* budget) {
  std::vector<TradeWalkPtr> walks;
  walks.push_back(std::make_unique<RowWalk>(snapshot, Family::kMemberTrade,
                                            MemberKey(member), order, budget));
  walks.push_back(std::make_unique<PaidWalk>(snapshot, account, order, budget));
  return WalkAnyOf(std::move(walks), order);
}

TradeWalkPtr WalkInvoiceNumber(const Snapshot& snapshot,
                               std::string_view normalised, WalkOrder order,
                               WalkBudget* budget) {
  return std::make_unique<RowWalk>(snapshot, Family::kInvoiceNumber,
                                   InvoiceNumberPrefix(normalised), order,
                                   budget);
}

TradeWalkPtr WalkRowsOfState(const Snapshot& snapshot, uint32_t rows,
                             WalkOrder order, WalkBudget* budget) {
  return std::make_unique<RowWalk>(snapshot, Family::kTradeState,
                                   TradeStatePrefix(rows), order, budget);
}

std::optional<TradeNumber> SteppedTrade(const Event& event) {
  return std::visit(SteppedIn(), event);
}

TradeWalkPtr WalkThese(std::vector<TradeNumber> numbers, WalkOrder order) {
  return std::make_unique<ListWalk>(std::move(numbers), order);
}

TradeWalkPtr WalkAnyOf(std::vector<TradeWalkPtr> walks, WalkOrder order) {
  SKONTRO_CHECK(!walks.empty());
  if (walks.size() == 1) return std::move(walks.front());
  return std::make_unique<AnyWalk>(std::move(walks), order);
}

TradeWalkPtr WalkAllOf(std::vector<TradeWalkPtr> walks, WalkOrder order,
                       WalkBudget* budget) {
  SKONTRO_CHECK(!walks.empty());
  if (walks.size() == 1) return std::move(walks.front());
  return std::make_unique<AllWalk>(std::move(walks), order, budget);
}

}  // namespace skontro::engine
