// The Oracle says what a network must answer. It was written from
// proto/skontro/v1 and docs/journal_format.md and shares nothing with the
// engine: plain maps, integers without limit, every rule by the letter, no
// thought for speed or for what is on disk.
//
// Where the API leaves a choice, the Oracle takes the engine's, and says so:
// an invoice without a date is of the day on which its request arrived.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_ORACLE_H_
#define SKONTRO_TESTS_SIMULATION_ORACLE_H_

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/simulation/coverage.h"
#include "tests/simulation/request.h"

namespace skontro::simulation {

using Integer = boost::multiprecision::cpp_int;

// What the Oracle has to know of a network.
struct Terms {
  std::string id;
  int unit_decimals = 0;
  std::string peg_currency;
  int peg_decimals = 0;
  Integer credit_line;
  Integer balance_limit;
};

// One reason against a request.
struct Why {
  std::string reason;
  std::map<std::string, std::string> metadata;
};

// What a request must be answered.
struct Verdict {
  bool repeated = false;
  std::vector<Why> why;  // All of a preview and of form; else at most one.
  uint64_t first_sequence = 0;
  uint64_t sequence = 0;
  std::vector<std::string> effects;  // One line per record that is no refusal.
};

// One posting, as its account sees it.
struct Movement {
  uint64_t account = 0;
  Integer amount;
  Integer balance_after;

  friend bool operator==(const Movement& a, const Movement& b) {
    return a.account == b.account && a.amount == b.amount &&
           a.balance_after == b.balance_after;
  }
};

// One record of the journal, as far as it can be told without bytes.
struct Row {
  int64_t time_us = 0;
  int32_t day = 0;
  std::string client;
  std::string request_id;
  uint32_t group_count = 1;
  std::string event;  // The line of Verdict::effects, or of the refusal.
  std::string entry;  // What moved units, such as "reversal of 17".
  std::vector<Movement> movements;

  friend bool operator==(const Row&, const Row&) = default;
};

// The line of a refusal, as it is in Row::event.
std::string RefusalLine(const Why& why);

class Oracle {
 public:
  struct Member {
    std::string id;
    Integer balance;
    Integer credit_line;
    Integer balance_limit;
    Integer holds_out;  // What it authorised as a buyer and is not settled.
    Integer holds_in;   // What others authorised that it sells.
    std::string status = "ACTIVE";
    int32_t last_day = 0;  // Of one that is CLOSING.
  };
  struct Trade {
    uint64_t number = 0;
    std::string id;
    uint64_t seller = 0;  // Numbers of members, from 1.
    uint64_t buyer = 0;
    Integer units;
    Integer worth;
    Integer cash;
    int64_t hold_until = 0;  // Of one that was authorised; else 0.
    Integer settled;         // Of its hold.
    std::string state;
    uint64_t settled_at = 0;
    uint64_t ended_at = 0;
    std::string invoice;  // Number as it is compared; empty for none.
    int32_t invoice_year = 0;
    std::string description;
  };

  // A network that was created then. Its journal has a state digest at, or
  // right after the group that is open at, each multiple of `digest_interval`.
  // `coverage` may be null.
  Oracle(Terms terms, int64_t time_us, int32_t day, uint64_t digest_interval,
         Coverage* coverage);

  // Answers `request`; carries it out unless it is a preview or refused.
  Verdict Decide(const Request& request);

  // Stops or starts counting what is covered.
  void set_coverage(Coverage* coverage) { coverage_ = coverage; }

  const Terms& terms() const { return terms_; }
  uint64_t sequence() const { return rows_.size(); }
  const std::vector<Row>& rows() const { return rows_; }  // From sequence 1.
  const std::vector<Member>& members() const { return members_; }
  const std::vector<Trade>& trades() const { return trades_; }
  const Member* FindMember(const std::string& id) const;
  const Integer& deal_cap() const { return deal_cap_; }  // Zero for none.
  const Integer& least_share() const { return least_share_; }
  uint64_t policies_version() const { return policies_version_; }

  // How much the member may spend and hold more.
  Integer SpendableOf(const Member& member) const;
  Integer RoomOf(const Member& member) const;

 private:
  struct Answered {
    Method method{};
    std::map<uint32_t, std::string> content;
    Verdict verdict;
  };
  using InvoiceKey = std::tuple<uint64_t, int32_t, std::string>;

  // What a request would do.
  struct Plan {
    std::string event;
    std::vector<std::pair<uint64_t, Integer>> moves;  // Member and amount.
  };

  bool Covers(const std::string& what);

  std::vector<Why> CheckForm(const Request& request) const;
  void CheckTradeForm(const NewTrade& trade, const std::string& prefix,
                      std::vector<Why>* why) const;
  void CheckInvoiceForm(const NewTrade& trade, const std::string& prefix,
                        std::optional<Integer> legs,
                        std::vector<Why>* why) const;
  std::optional<Verdict> Repeat(const Request& request);
  Integer NationalValueOf(int64_t units) const;

  Verdict DecideGroup(const Request& request);
  Verdict Keep(const Request& request, Why why);
  Verdict Done(const Request& request, uint64_t first, Verdict verdict);
  void DigestIfDue();

  // Each adds what speaks against the request, and the effect that it would
  // have; `carry_out` makes it so.
  std::string Admit(const Request& request, bool carry_out,
                    std::vector<Why>* why);
  std::string SetLine(const Request& request, bool carry_out,
                      std::vector<Why>* why);
  std::string Create(const Request& request, const NewTrade& trade,
                     uint32_t group_count, bool first, bool carry_out,
                     std::vector<Why>* why);
  std::string Step(const Request& request, bool carry_out,
                   std::vector<Why>* why);
  // The steps of holds.
  std::string Authorise(const Request& request, bool carry_out,
                        std::vector<Why>* why);
  std::string SettlePart(const Request& request, bool carry_out,
                         std::vector<Why>* why);
  std::string Release(const Request& request, bool carry_out,
                      std::vector<Why>* why);
  std::string Withdraw(const Request& request, bool carry_out,
                       std::vector<Why>* why);
  Verdict Tick(const Request& request);
  // The trade in the state that a step needs, or nullptr with the reason.
  Trade* InState(const Request& request, const std::string& step,
                 const std::string& needed, bool tell, std::vector<Why>* why);
  // The same of one whose hold is not over.
  Trade* Held(const Request& request, const std::string& step, bool tell,
              std::vector<Why>* why);
  // Until when a hold would last.
  int64_t UntilOf(const Request& request, std::optional<int64_t> asked,
                  const std::string& field, std::vector<Why>* why);
  // When the request would be recorded.
  int64_t RecordTime(const Request& request) const;
  // What would be held of both after a change, in words; `more` may be below
  // zero.
  std::string HeldLine(const Trade& trade, const Integer& more) const;
  std::string FreesLine(const Trade& trade) const;
  void ChangeHold(const Trade& trade, const Integer& more);
  // The line of a hold that ends, and its end.
  std::string EndOfHold(const std::string& word, const Trade& trade,
                        const std::string& unsettled) const;
  void EndHold(Trade* trade, const std::string& unsettled);

  std::string SetPolicies(const Request& request, bool carry_out,
                          std::vector<Why>* why);
  void CheckDealCap(const NewTrade& trade, std::vector<Why>* why);
  void CheckUnitLeg(const NewTrade& trade, std::vector<Why>* why);
  std::string SetStatus(const Request& request, bool carry_out,
                        std::vector<Why>* why);
  // Whether the two may buy and sell on the day of the request; 0: not there.
  void CheckActive(const Request& request, uint64_t buyer, uint64_t seller,
                   std::vector<Why>* why);
  std::string One(const Request& request, bool carry_out,
                  std::vector<Why>* why);

  void CheckInvoiceFree(const Request& request, const NewTrade& trade,
                        uint64_t seller, std::vector<Why>* why);
  void CheckLimits(const std::string& on, uint64_t payer, uint64_t receiver,
                   const Integer& units, std::vector<Why>* why);
  void CheckCanPay(const std::string& on, uint64_t payer, const Integer& units,
                   std::vector<Why>* why);
  void CheckCanReceive(const std::string& on, uint64_t receiver,
                       const Integer& units, std::vector<Why>* why);

  // Adds a row, dated after the last one; movements are added by Move().
  Row* AddRow(const Request& request, std::string event);
  void Move(const std::string& entry, uint64_t payer, uint64_t receiver,
            const Integer& units);
  std::string LineOf(const NewTrade& trade, int32_t arrival_day,
                     uint64_t seller, uint64_t buyer, int64_t until) const;
  std::string NameOfMember(const std::string& id) const;
  std::string NameOfTrade(const std::string& id) const;
  uint64_t NumberOf(const std::string& member) const;  // 0: not there.
  InvoiceKey KeyOf(const NewTrade& trade, uint64_t seller,
                   int32_t arrival_day) const;

  Terms terms_;
  Coverage* coverage_;
  const uint64_t digest_interval_;
  uint64_t digested_ = 0;  // Sequence of the newest state digest.
  Integer deal_cap_;
  Integer least_share_;  // Of 10,000.
  Integer vat_in_cash_;  // 0 or 1.
  uint64_t policies_version_ = 0;
  std::vector<Row> rows_;
  std::vector<Member> members_;  // By number - 1.
  std::map<std::string, uint64_t> member_numbers_;
  std::set<std::pair<std::string, std::string>> tax_ids_;  // Scope, number.
  std::vector<Trade> trades_;
  std::map<std::string, size_t> trade_ranks_;  // By id.
  std::map<InvoiceKey, std::vector<size_t>> invoice_ranks_;
  std::map<std::pair<std::string, std::string>, Answered> answered_;
};

// Numbers as they are compared: letters in upper case, and no blanks; or only
// letters and digits.
std::string WithoutBlanks(const std::string& number);
std::string LettersAndDigits(const std::string& number);

// Whether an id is `t` and digits, as the server's are.
bool IsServersId(const std::string& id);

// The year that a day is in.
int32_t YearOf(int32_t day);

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_ORACLE_H_
