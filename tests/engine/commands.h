// Commands as tests write them: only what the test is about, the rest filled
// in. A Desk adds the time, and request fields where there are none.

#ifndef SKONTRO_TESTS_ENGINE_COMMANDS_H_
#define SKONTRO_TESTS_ENGINE_COMMANDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/command.h"
#include "engine/event.h"
#include "ledger/base/reason.h"

namespace skontro::engine {

// A network in Brussels whose unit counts like the euro: everybody has a credit
// line of 500.00 and room for 1000.00.
NetworkCreated EuroTerms();

// The same with other decimals.
NetworkCreated TermsWithDecimals(int unit_decimals, int peg_decimals);

inline Amount Minor(int64_t minor_units) {
  return Amount::FromMinorUnits(minor_units);
}

// A day, such as Day(2026, 12, 31).
CivilDate Day(int year, unsigned month, unsigned day);

// Noon of a day, in microseconds.
int64_t NoonOf(CivilDate day);

// The text with 16 bytes of salt.
PersonalText Text(std::string text);

Command Admit(std::string member_id);
Command AdmitWithVat(std::string member_id, std::string vat_id);
Command SetStatus(std::string member_id, MemberStatus status,
                  CivilDate wind_down_date = {});
Command SetLine(std::string member_id, int64_t credit_line);
Command SetLimits(std::string member_id, int64_t credit_line,
                  int64_t balance_limit);

// What the parties write, in minor units; the rest by the members below.
CreateTrade Sale(std::string seller, std::string buyer, int64_t units);
CreateTrade Payment(std::string buyer, std::string seller, int64_t units);

// Adds an invoice to a trade.
CreateTrade With(CreateTrade trade, Invoice invoice);
CreateTrade WithId(CreateTrade trade, std::string trade_id);
Invoice InvoiceOf(std::string number, CivilDate issue_date = {});

Command Create(CreateTrade trade);
Command Propose(std::string seller, std::string buyer, int64_t units);
Command Pay(std::string buyer, std::string seller, int64_t units);
Command Accept(std::string trade_id);
Command Decline(std::string trade_id);
Command Reverse(std::string trade_id);
// A payment that holds its units instead; 0: for the usual time.
CreateTrade Held(CreateTrade payment, int64_t expire_time_us = 0);
Command Authorise(std::string trade_id, int64_t expire_time_us = 0);
Command Settle(std::string trade_id);
Command SettlePart(std::string trade_id, int64_t units,
                   bool release_rest = false);
Command Release(std::string trade_id);
Command Withdraw(std::string trade_id);
// Of the clock, at a time.
Command TickAt(int64_t time_us);
// The command as it comes in at a time.
Command At(int64_t time_us, Command command);
Command Hook(std::string id, std::string url, std::string member = "");
Command SetHook(std::string id, WebhookState state);
Command SetPolicy(Policy policy, int64_t value, std::string etag = "");
Command Together(std::vector<CreateTrade> trades);

// The command under this request id, by this client, as a preview.
Command Under(std::string request_id, Command command);
Command By(std::string identity, Command command);
Command AsPreview(Command command);

// Hashes of the request's fields, as an edge would make them: equal content has
// equal hashes.
std::vector<ledger::FieldHash> FieldsOf(const CommandBody& body);

// The reasons of some refusals, such as {"FIELD_INVALID", "TRADE_STATE"}.
std::vector<std::string> ReasonsOf(const std::vector<Refusal>& refusals);

// The field that each refusal complains of; empty where it is not one of form.
std::vector<std::string> FieldsOf(const std::vector<Refusal>& refusals);

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_COMMANDS_H_
