// A Request is what a client asks of a network, in the words of the API and in
// plain data: the simulation sends the same Request to the engine, through an
// Edge, and to the Oracle.

#ifndef SKONTRO_TESTS_SIMULATION_REQUEST_H_
#define SKONTRO_TESTS_SIMULATION_REQUEST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace skontro::simulation {

enum class Method {
  kCreateMember,
  kSetCreditLine,
  kCreateTrade,
  kAcceptTrade,
  kDeclineTrade,
  kReverseTrade,
  kBatchCreateTrades,
  kUpdatePolicies,
  kChangeMemberStatus,
  kAuthoriseTrade,
  kSettleTrade,
  kReleaseTrade,
  kWithdrawTrade,
  kTick,  // Of the clock; no client's.
};

// The name on the wire, such as "TradeService.CreateTrade".
const char* MethodName(Method method);

struct NewMember {
  std::string member_id;
  std::string country;
  std::string vat_id;
  std::vector<std::pair<std::string, std::string>>
      company_ids;  // Scheme, value.
  std::string legal_name;
  std::string address;
};

struct NewLine {
  std::string member_id;
  int64_t credit_line = 0;
  std::optional<int64_t> balance_limit;
  std::string reason;
};

struct NewStatus {
  std::string member_id;
  int status = 0;  // A value of skontro.v1.Member.Status.
  std::optional<int32_t> last_day;
  std::string reason;
};

// What is absent stays as it is.
struct NewPolicies {
  std::optional<int64_t> deal_cap;
  std::optional<int64_t> least_unit_share_bp;
  std::optional<int64_t> vat_in_cash;  // 0 or 1.
  std::string etag;
};

struct TaxLine {
  std::string category;
  int64_t rate_ppm = 0;
  int64_t base = 0;
  int64_t tax = 0;
};

struct Invoice {
  std::string number;
  std::optional<int32_t> issue_day;  // Days since 1970-01-01.
  std::optional<int32_t> due_day;
  std::string purchase_order;
  int64_t gross = 0;
  int64_t prepaid = 0;
  std::vector<TaxLine> tax_lines;
};

struct NewTrade {
  std::string trade_id;
  std::string seller;
  std::string buyer;
  bool buyer_pays = false;
  int64_t units = 0;
  int64_t cash = 0;
  std::string cash_currency;
  std::optional<Invoice> invoice;
  std::string description;
  // Of a payment: the buyer authorises it instead, until this time in
  // microseconds; 0 where nobody says until when.
  std::optional<int64_t> hold_until;
};

// What a settlement says beside the trade.
struct Part {
  std::optional<int64_t> units;
  bool release_rest = false;
};

struct Request {
  Method method{};
  std::string client = "operator/local";
  std::string role = "operator";
  std::string request_id;
  bool validate_only = false;

  // What the edge's clock and calendar say when it arrives.
  int64_t time_us = 0;
  int32_t day = 0;

  // What that clock shall say, where a run may choose.
  std::optional<int64_t> at_us;

  // What the method needs of these.
  NewMember member;
  NewLine line;
  NewPolicies policies;
  NewStatus status;
  std::string trade;  // The trade that takes a step.
  Part part;
  std::optional<int64_t> hold_until;
  std::vector<NewTrade> trades;  // One, or those of a group.
};

// What the request says, by number of the top-level field. Who sends it, when,
// and whether as a preview are no part of it.
std::map<uint32_t, std::string> ContentOf(const Request& request);

// The name of a top-level field of the method's request.
std::string FieldName(Method method, uint32_t number);

// The request in one line, for a trace.
std::string ToText(const Request& request);

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_REQUEST_H_
