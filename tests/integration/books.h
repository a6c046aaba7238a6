// Books are a witness's own account of one network: plain maps, written apart
// from the ledger and the engine, that are told what happened, sequence after
// sequence, and say where a rule was broken.
//
// Rules: no balance below its credit line or above its limit when it moves; a
// trade is accepted or declined once, and only while it is proposed; it is
// reversed once, and only while it is settled; an invoice is in one trade that
// is proposed or settled; a trade's id is taken once; sequences go up.
//
// Thread safety: none; one thread owns its Books.

#ifndef SKONTRO_TESTS_INTEGRATION_BOOKS_H_
#define SKONTRO_TESTS_INTEGRATION_BOOKS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/load_plan.h"

namespace skontro::integration {

// What does not hold, each in a sentence; the first hundred of them.
class Findings {
 public:
  void Add(std::string finding);
  bool empty() const { return count_ == 0; }
  int64_t count() const { return count_; }
  // All of them, a line each.
  std::string Text() const;

 private:
  int64_t count_ = 0;
  std::vector<std::string> first_;
};

// Something that happened at a sequence.
struct BookEvent {
  enum class Kind { kCreated, kAccepted, kDeclined, kReversed, kLimits };
  int64_t sequence = 0;
  Kind kind = Kind::kCreated;
  std::string trade_id;  // Of all but kLimits; also of one the server chose.
  PlannedTrade planned;  // Of kCreated.
  int64_t member = 0;    // Of kLimits, with the limits after it.
  int64_t credit_line = 0;
  int64_t balance_limit = 0;
};

class Books {
 public:
  enum class State { kProposed, kSettled, kDeclined, kReversed };

  struct Trade {
    PlannedTrade planned;
    State state = State::kProposed;
    int64_t created_at = 0;
    int64_t settled_at = 0;  // 0 where it was not.
    int64_t ended_at = 0;
  };

  // An account from a sequence on.
  struct Point {
    int64_t sequence = 0;
    int64_t balance = 0;
    int64_t credit_line = 0;
    int64_t balance_limit = 0;
    int64_t postings = 0;

    int64_t spendable() const { return balance + credit_line; }
    int64_t room() const { return balance_limit - balance; }
  };

  explicit Books(int64_t members);

  // Does what happened, and finds what should not have.
  void Apply(const BookEvent& event, Findings* findings);

  // The sequence up to which these books are closed, and the one before it:
  // events begin after the first, trades of before the second are forgotten.
  int64_t closed_at() const { return closed_at_; }
  int64_t remembered_from() const { return remembered_from_; }

  // Closes the books at `sequence`: everything up to it was told. Forgets what
  // was made before the last time.
  void Close(int64_t sequence);

  // The account of a member: now, and since the books were closed. The first
  // point is that of the closing.
  const Point& account(int64_t member) const {
    return accounts_[static_cast<size_t>(member)].back();
  }
  const std::vector<Point>& history(int64_t member) const {
    return accounts_[static_cast<size_t>(member)];
  }
  // As of a sequence at or after closed_at().
  const Point& account(int64_t member, int64_t sequence) const;
  int64_t members() const { return static_cast<int64_t>(accounts_.size()); }

  // The trade with this id, of those that are remembered.
  const Trade* FindTrade(const std::string& id) const;
  const std::map<std::string, Trade>& trades() const { return trades_; }

  // Writes the books of their last closing as text, and reads them back.
  // REQUIRES: nothing was told since.
  std::string Save() const;
  static std::optional<Books> Load(const std::string& text,
                                   const LoadPlan& plan);

 private:
  void Create(const BookEvent& event, Findings* findings);
  void Step(const BookEvent& event, Findings* findings);
  void Move(int64_t sequence, int64_t payer, int64_t receiver, int64_t units,
            const std::string& trade_id, Findings* findings);
  void Free(const std::string& trade_id, const PlannedTrade& planned);
  Point& NewPoint(int64_t member, int64_t sequence);

  int64_t closed_at_ = 0;
  int64_t remembered_from_ = 0;
  int64_t last_ = 0;
  std::vector<std::vector<Point>> accounts_;
  std::map<std::string, Trade> trades_;
  std::map<std::string, std::string> invoices_;  // Key to the trade's id.
};

// Names an invoice as the network compares it: seller, year, and the number
// without blanks and case.
std::string InvoiceKey(const PlannedTrade& planned);

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_BOOKS_H_
